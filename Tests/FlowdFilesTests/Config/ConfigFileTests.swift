import FlowdFiles
import FlowdModel
import Testing

struct ConfigFileTests {
  private func parse(_ text: String) -> (config: Config?, problems: [String]) {
    let (config, diagnostics) = ConfigFile.parse(Array(text.utf8), file: "c")
    return (config, diagnostics.map { "\($0.line):\($0.column): \($0.message)" })
  }

  private var claudeCode: ProviderKind { AgentRecipes.named("claude-code").map(ProviderKind.agent) ?? .unspecified }

  @Test func everythingSupportedIsRead() throws {
    let (config, problems) = parse(
      """
      providers:
        openai: ~
        qwen: false
        ollama: { models: [llama3:8b, "mistral"], label: Local, default-model: mistral }
        house: { models: any, default-model: whatever/1 }
      defaults: { flow: hello, provider: ollama, model: llama3:8b, mode: hybrid }
      log: { format: json, level: debug }
      sessions: { expiry: 12h, retention: 365d }
      """)
    #expect(problems == [])
    #expect(
      config
        == Config(
          providers: [
            ProviderDefinition(id: "anthropic", label: "Anthropic", kind: claudeCode),
            ProviderDefinition(
              id: "ollama", label: "Local", models: .list(["llama3:8b", "mistral"]), defaultModel: "mistral",
              kind: .openAI(OpenAIProvider(baseURL: "http://127.0.0.1:11434/v1"))),
            ProviderDefinition(id: "house", defaultModel: "whatever/1"),
          ],
          defaults: SessionDefaults(flow: "hello", provider: "ollama", model: "llama3:8b", mode: .hybrid),
          log: LogSettings(format: .json, level: .debug),
          lifecycle: Lifecycle(expiry: .seconds(43_200), retention: .seconds(31_536_000))))
  }

  @Test(arguments: ["", "# nothing\n", "{}", "log: {}\ndefaults: {}\nproviders: {}"])
  func aSilentFileMeansTheDefaults(text: String) {
    #expect(parse(text).config == Config())
    #expect(parse(text).problems == [])
    #expect(Config().providers.map(\.id) == ["openai", "anthropic", "ollama", "qwen"])
    #expect(Config().providers.allSatisfy { $0.models == .any })
    #expect(Config().log == LogSettings(format: .text, level: .info))
  }

  @Test func anOverriddenProviderKeepsItsPlaceAndLabel() {
    let providers = parse("providers: { openai: { models: [gpt] } }").config?.providers
    let kind = OpenAIProvider(baseURL: "https://api.openai.com/v1", key: Secret("OPENAI_API_KEY"))
    #expect(
      providers?[0]
        == ProviderDefinition(id: "openai", label: "OpenAI", models: .list(["gpt"]), kind: .openAI(kind)))
  }

  @Test func jsonIsAConfigurationToo() {
    #expect(parse(#"{"log":{"level":"warn"},"providers":{"qwen":null}}"#).config?.log.level == .warn)
  }

  @Test(
    arguments: [
      ("- a", ["1:1: the configuration must be a mapping, found a list"]),
      ("provider: {}", ["1:1: unknown key 'provider'; did you mean 'providers'?"]),
      (
        "foo: 1",
        [
          "1:1: unknown key 'foo'; the configuration may have 'providers', 'defaults', 'network', 'agents', 'log', 'sessions'"
        ]
      ),
      ("sessions: 30d", ["1:11: 'sessions' must be a mapping, found the text '30d'"]),
      ("sessions: { expiry: 30 }", ["1:21: 'expiry' needs a unit; write 30s for seconds, or use ms, m, h or d"]),
      ("sessions: { retention: 366d }", ["1:24: 'retention' must be at most 365d"]),
      ("sessions: { expire: 1d }", ["1:13: unknown key 'expire'; did you mean 'expiry'?"]),
      ("providers: [openai]", ["1:12: 'providers' must be a mapping of ids to providers, found a list"]),
      ("providers: { x: true }", ["1:17: a provider must be a mapping, found true"]),
      ("providers: { x: { model: y } }", ["1:19: unknown key 'model'; did you mean 'models'?"]),
      (
        "providers: { x: { models: all } }",
        ["1:27: 'models' must be 'any' or a list of model ids, found the text 'all'"]
      ),
      ("providers: { x: { models: [] } }", ["1:27: 'models' must not be empty; write 'any' to allow all"]),
      ("providers: { x: { models: [a, a] } }", ["1:31: the model 'a' is given twice"]),
      (
        "providers: { x: { models: [a b] } }",
        ["1:28: a model's id must have 1 to 128 bytes and no white space; found 'a b'"]
      ),
      ("providers: { x: { models: [[a]] } }", ["1:28: a model's id must be text, found a list"]),
      (
        "providers: { 'x y': { models: any } }",
        ["1:14: a provider's id must have 1 to 128 bytes and no white space; found 'x y'"]
      ),
      ("providers: { x: { label: '' } }", ["1:26: 'label' must not be empty"]),
      (
        "providers: { x: { models: [abc], default-model: abd } }",
        ["1:49: provider 'x' has no model 'abd'; did you mean 'abc'?"]
      ),
      (
        "defaults: { flow: a/b }",
        ["1:19: the flow id 'a/b' must not hold '/'; a flow is named by its id, not by a path"]
      ),
      ("defaults: { provider: opena }", ["1:23: unknown provider 'opena'; did you mean 'openai'?"]),
      ("defaults: { model: x }", ["1:13: 'model' needs a 'provider' beside it"]),
      (
        "defaults: { provider: o, model: z }\nproviders: { o: { models: [a] } }",
        ["1:33: provider 'o' has no model 'z'"]
      ),
      ("defaults: { mode: auto }", ["1:19: 'mode' must be one of 'batch', 'interactive', 'hybrid'; found 'auto'"]),
      ("defaults: { moode: batch }", ["1:13: unknown key 'moode'; did you mean 'mode'?"]),
      ("log: { format: xml }", ["1:16: 'format' must be one of 'text', 'json'; found 'xml'"]),
      ("log: { level: trace }", ["1:15: 'level' must be one of 'error', 'warn', 'info', 'debug'; found 'trace'"]),
      ("log: text", ["1:6: 'log' must be a mapping, found the text 'text'"]),
      ("log: { level: info\n", ["2:1: while parsing a flow mapping: did not find expected ',' or '}'"]),
      ("log: *a", ["1:6: aliases are not allowed; write the value again"]),
    ] as [(String, [String])])
  func mistakesAreReportedInTheirPlace(text: String, expected: [String]) {
    #expect(parse(text).problems == expected)
    #expect(parse(text).config == nil)
  }

  @Test func removingWhatIsNotThereIsAWarning() {
    let (config, diagnostics) = ConfigFile.parse(Array("providers: { opena: ~ }".utf8), file: "c")
    #expect(config == Config())
    #expect(
      diagnostics.map(\.description) == [
        "c:1:14: warning: there is no provider 'opena' to remove; did you mean 'openai'?"
      ])
  }

  @Test func providersAndModelsAreBounded() {
    let providers = "providers:\n" + (0...Limits.providersMax).map { "  p\($0): {}\n" }.joined()
    #expect(parse(providers).problems == ["258:3: at most 256 providers are allowed"])
    let models = (0...Limits.modelsMax).map { "m\($0)" }.joined(separator: ",")
    #expect(parse("providers: { x: { models: [\(models)] } }").problems.count == 1)
    #expect(parse(String(repeating: " ", count: Limits.configFileBytesMax + 1)).problems.count == 1)
  }
}
