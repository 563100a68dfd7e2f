import FlowdFiles
import FlowdModel
import Testing

/// `providers` with a kind: how models are reached.
struct ProviderTests {
  private func provider(_ text: String, id: String = "x", _ location: SourceLocation = #_sourceLocation)
    -> ProviderDefinition?
  {
    let (config, diagnostics) = ConfigFile.parse(Array("providers:\n  \(id): \(text)\n".utf8), file: "c")
    #expect(diagnostics == [], sourceLocation: location)
    return config?.provider(id)
  }

  private func problems(_ text: String, id: String = "x") -> [String] {
    ConfigFile.parse(Array("providers:\n  \(id): \(text)\n".utf8), file: "c").1
      .map { "\($0.line):\($0.column): \($0.message)" }
  }

  private func recipe(_ name: String) -> AgentCommand { AgentRecipes.named(name) ?? AgentCommand(command: []) }

  @Test func builtInProvidersSayHowTheyAreReached() {
    let kinds = Dictionary(uniqueKeysWithValues: ProviderDefinition.builtIn.map { ($0.id, $0.kind) })
    #expect(
      kinds == [
        "openai": .openAI(OpenAIProvider(baseURL: "https://api.openai.com/v1", key: Secret("OPENAI_API_KEY"))),
        "anthropic": .agent(recipe("claude-code")),
        "ollama": .openAI(OpenAIProvider(baseURL: "http://127.0.0.1:11434/v1")),
        "qwen": .agent(recipe("qwen-code")),
      ])
  }

  @Test func aProviderWithoutAKindIsReachedInNoWay() {
    #expect(provider("{ models: any }")?.kind == .unspecified)
  }

  // MARK: openai

  @Test func everyKeyOfAServerIsRead() {
    let found = provider(
      """
      { kind: openai, base-url: "http://127.0.0.1:4000/v1/", key: secret:LITELLM_KEY, models: [a, b], default-model: b,
          label: Local, headers: { X-One: 1, X-Key: secret:K, X-Both: "Token ${{ secrets.T }}" },
          parameters: { temperature: 0.50, stop: [a], extra: { b: true } }, silence: 5m }
      """)
    #expect(
      found
        == ProviderDefinition(
          id: "x", label: "Local", models: .list(["a", "b"]), defaultModel: "b",
          kind: .openAI(
            OpenAIProvider(
              baseURL: "http://127.0.0.1:4000/v1", key: Secret("LITELLM_KEY"),
              headers: [
                HTTPRequest.Header("X-One", SecretText("1")),
                HTTPRequest.Header("X-Key", SecretText([.secret(Secret("K"))])),
                HTTPRequest.Header("X-Both", SecretText([.text("Token "), .secret(Secret("T"))])),
              ],
              parameters: [
                .init("temperature", .number("0.50")), .init("stop", .array([.string("a")])),
                .init("extra", .object([.init("b", .bool(true))])),
              ], silenceMax: .seconds(300)))))
  }

  @Test func aBuiltInServerKeepsWhatIsNotOverridden() {
    #expect(
      provider("{ key: secret:OTHER }", id: "openai")?.kind
        == .openAI(OpenAIProvider(baseURL: "https://api.openai.com/v1", key: Secret("OTHER"))))
    #expect(
      provider("{ base-url: http://x, key: ~ }", id: "openai")?.kind == .openAI(OpenAIProvider(baseURL: "http://x")))
    #expect(
      provider("{ kind: openai, base-url: http://x }", id: "anthropic")?.kind
        == .openAI(OpenAIProvider(baseURL: "http://x")))
  }

  @Test(
    arguments: [
      ("{ kind: opena }", ["2:14: 'kind' must be one of 'openai', 'agent'; found 'opena'"]),
      ("{ kind: openai }", ["2:3: 'kind: openai' needs a 'base-url', such as http://127.0.0.1:4000/v1"]),
      ("{ base-url: http://x }", ["2:8: 'base-url' needs 'kind: openai'"]),
      ("{ command: [x] }", ["2:8: 'command' needs 'kind: agent'"]),
      ("{ kind: openai, base-url: http://x, command: [x] }", ["2:42: 'command' needs 'kind: agent'"]),
      ("{ kind: openai, base-url: x }", ["2:32: 'base-url' must begin with http:// or https://"]),
      (
        "{ kind: openai, base-url: http://a:b@x }",
        [
          "2:32: 'base-url' must not hold a name or a password; a URL is shown to everyone"
        ]
      ),
      (
        "{ kind: openai, base-url: http://x?a=b }",
        [
          "2:32: 'base-url' must not hold '?' or '#', as a path is put behind it"
        ]
      ),
      (
        "{ kind: openai, base_url: http://x }",
        [
          "2:3: 'kind: openai' needs a 'base-url', such as http://127.0.0.1:4000/v1",
          "2:22: unknown key 'base_url'; write 'base-url'",
        ]
      ),
      ("{ kind: openai, base-url: http://x, api-key: secret:A }", ["2:42: unknown key 'api-key'; write 'key'"]),
      (
        "{ kind: openai, base-url: http://x, key: sk-live-1234 }",
        [
          "2:47: 'key' must be a reference such as secret:NAME, not the value itself"
        ]
      ),
      (
        "{ kind: openai, base-url: http://x, key: secret:1A }",
        [
          "2:47: 'key' must be a reference such as secret:NAME, not the value itself"
        ]
      ),
      (
        "{ kind: openai, base-url: http://x, headers: { a: secret:1A } }",
        [
          "2:56: 'a' must be a reference such as secret:NAME, not the value itself"
        ]
      ),
      (
        "{ kind: openai, base-url: http://x, headers: { a: \"b ${{ inputs.c }}\" } }",
        [
          "2:59: only ${{ secrets.NAME }} is replaced in the configuration"
        ]
      ),
      (
        "{ kind: openai, base-url: http://x, headers: { a: \"b ${{ secrets.A\" } }",
        [
          "2:59: '${{' is not closed by '}}'"
        ]
      ),
      (
        "{ kind: openai, base-url: http://x, headers: { a: b, A: c } }",
        [
          "2:59: the header 'A' is given twice, as case does not count"
        ]
      ),
      ("{ kind: openai, base-url: http://x, headers: { 'a b': c } }", ["2:53: 'a b' is not a name for a header"]),
      (
        "{ kind: openai, base-url: http://x, headers: { Content-Type: c } }",
        [
          "2:53: 'Content-Type' is set by flowd; leave it out"
        ]
      ),
      (
        "{ kind: openai, base-url: http://x, headers: { a: \"b\\nc\" } }",
        [
          "2:56: 'a' must be one line without control characters"
        ]
      ),
      (
        "{ kind: openai, base-url: http://x, key: secret:A, headers: { Authorization: c } }",
        [
          "2:57: the header 'Authorization' is given by 'key' too"
        ]
      ),
      (
        "{ kind: openai, base-url: http://x, parameters: [a] }",
        [
          "2:54: 'parameters' must be a mapping of names to values, found a list"
        ]
      ),
      (
        "{ kind: openai, base-url: http://x, parameters: { stream: true } }",
        [
          "2:56: the parameter 'stream' is set by flowd; leave it out"
        ]
      ),
      (
        "{ kind: openai, base-url: http://x, silence: 5 }",
        [
          "2:51: 'silence' needs a unit; write 5s for seconds, or use ms, m, h or d"
        ]
      ),
    ] as [(String, [String])])
  func serversAreChecked(text: String, expected: [String]) {
    #expect(problems(text) == expected)
  }

  @Test func aKeyIsNeverShown() {
    for text in ["key: sk-live-1234", "headers: { a: 'secret:sk-live-1234' }"] {
      #expect(!problems("{ kind: openai, base-url: http://x, \(text) }").joined().contains("sk-live-1234"))
    }
  }

  // MARK: agent

  @Test func everyKeyOfACommandIsRead() {
    let found = provider(
      """
      { kind: agent, command: [my-agent, --model, "{model}", "--dir={cwd}", "{}"], output: stream-json,
          mapping: [{ when: { type: delta, "a.b[*].c[0]": 1, ok: true }, is: delta, text: "d.text[*]" }, { is: ignore }],
          read-only-arguments: [--plan], env: { A: b, K: secret:KEY }, silence: 90s }
      """)
    #expect(
      found?.kind
        == .agent(
          AgentCommand(
            command: ["my-agent", "--model", "{model}", "--dir={cwd}", "{}"], readOnlyArguments: ["--plan"],
            promptBy: .stdin, output: .streamJSON,
            mapping: StreamMapping(rules: [
              StreamMapping.Rule(
                when: [
                  .init("type", .string("delta")), .init("a.b[*].c[0]", .number("1")), .init("ok", .bool(true)),
                ], meaning: .delta, text: "d.text[*]"),
              StreamMapping.Rule(when: [], meaning: .ignore),
            ]),
            environment: [
              AgentCommand.EnvironmentValue("A", SecretText("b")),
              AgentCommand.EnvironmentValue("K", SecretText([.secret(Secret("KEY"))])),
            ], silenceMax: .seconds(90))))
  }

  @Test func anACPAgentHasAMode() {
    #expect(
      provider("{ kind: agent, command: [x, --acp], output: acp, read-only-mode: plan }")?.kind
        == .agent(
          AgentCommand(command: ["x", "--acp"], promptBy: .protocolMessage, output: .acp, readOnlyMode: "plan")))
    #expect(
      provider("{ kind: agent, recipe: acp, command: [x] }")?.kind
        == .agent(AgentCommand(command: ["x"], promptBy: .protocolMessage, output: .acp)))
  }

  @Test(arguments: [
    ("[x]", AgentCommand.PromptBy.stdin), ("[x, '{prompt}']", .argument), ("[x, '--message={prompt}']", .argument),
    ("[x, '{prompt_file}']", .file), ("[x, '--file={prompt_file}']", .file),
  ])
  func theCommandSaysHowThePromptGetsThere(command: String, expected: AgentCommand.PromptBy) {
    guard case .agent(let agent)? = provider("{ kind: agent, command: \(command) }")?.kind else {
      return #expect(Bool(false))
    }
    #expect(agent.promptBy == expected)
  }

  @Test(arguments: AgentRecipes.names.filter { $0 != "acp" })
  func aRecipeIsTakenAsItIs(name: String) {
    #expect(provider("{ kind: agent, recipe: \(name) }")?.kind == .agent(recipe(name)))
  }

  @Test func aRecipeIsOverriddenKeyByKey() {
    var agent = recipe("claude-code")
    agent.command = ["/opt/claude", "-p"]
    agent.promptBy = .stdin
    agent.readOnlyArguments = []
    let found = provider("{ kind: agent, recipe: claude-code, command: [/opt/claude, -p], read-only-arguments: [] }")
    #expect(found?.kind == .agent(agent))
    let builtIn = provider("{ command: [/opt/claude, -p], read-only-arguments: [], models: [a] }", id: "anthropic")
    #expect(
      builtIn == ProviderDefinition(id: "anthropic", label: "Anthropic", models: .list(["a"]), kind: .agent(agent)))
  }

  @Test(
    arguments: [
      ("{ kind: agent }", ["2:3: 'kind: agent' needs a 'command' or a 'recipe'"]),
      ("{ kind: agent, recipe: acp }", ["2:3: this recipe needs a 'command'"]),
      ("{ kind: agent, recipe: qwen-cod }", ["2:29: unknown recipe 'qwen-cod'; did you mean 'qwen-code'?"]),
      ("{ kind: agent, command: x }", ["2:30: 'command' must be a list of texts, found the text 'x'"]),
      ("{ kind: agent, command: [] }", ["2:30: 'command' must begin with a program"]),
      ("{ kind: agent, command: ['{model}'] }", ["2:30: 'command' must begin with a program, found '{model}'"]),
      ("{ kind: agent, command: [x, [y]] }", ["2:34: an element of 'command' must be text, found a list"]),
      ("{ kind: agent, command: [x, '{modle}'] }", ["2:34: unknown placeholder '{modle}'; did you mean '{model}'?"]),
      (
        "{ kind: agent, command: [x, 'a{model}b'] }",
        [
          "2:34: {model} is filled in as a whole element or behind --name= only; found 'a{model}b'"
        ]
      ),
      (
        "{ kind: agent, command: [x, 'm={model}'] }",
        [
          "2:34: {model} is filled in as a whole element or behind --name= only; found 'm={model}'"
        ]
      ),
      ("{ kind: agent, command: [x], prompt: argument }", ["2:35: 'prompt: argument' needs {prompt} in 'command'"]),
      ("{ kind: agent, command: [x], prompt: file }", ["2:35: 'prompt: file' needs {prompt_file} in 'command'"]),
      (
        "{ kind: agent, command: [x, '{prompt}'], prompt: stdin }",
        [
          "2:47: {prompt} in 'command' needs 'prompt: argument'"
        ]
      ),
      (
        "{ kind: agent, command: [x], prompt: telepathy }",
        [
          "2:43: 'prompt' must be one of 'argument', 'stdin', 'file', 'protocol'; found 'telepathy'"
        ]
      ),
      (
        "{ kind: agent, command: [x], prompt: protocol }",
        [
          "2:35: 'prompt: protocol' and 'output: acp' belong together"
        ]
      ),
      (
        "{ kind: agent, command: [x], prompt: stdin, output: acp }",
        [
          "2:35: 'prompt: protocol' and 'output: acp' belong together"
        ]
      ),
      (
        "{ kind: agent, command: [x], output: xml }",
        [
          "2:43: 'output' must be one of 'text', 'stream-json', 'acp'; found 'xml'"
        ]
      ),
      ("{ kind: agent, command: [x], output: stream-json }", ["2:35: 'output: stream-json' needs a 'mapping'"]),
      (
        "{ kind: agent, command: [x], mapping: [{ is: ignore }] }",
        [
          "2:35: 'mapping' goes with 'output: stream-json' only"
        ]
      ),
      (
        "{ kind: agent, command: [x], read-only-mode: plan }",
        [
          "2:35: 'read-only-mode' goes with 'output: acp' only; write 'read-only-arguments'"
        ]
      ),
      (
        "{ kind: agent, command: [x], env: { 1A: b } }",
        [
          "2:42: '1A' is not a name for an environment variable; use letters, digits and _, not a digit first, and not FLOWD_"
        ]
      ),
      ("{ kind: agent, command: [x], env: { A: {} } }", ["2:45: 'A' must be text, found a mapping"]),
      ("{ kind: agent, command: [x], key: secret:A }", ["2:35: 'key' needs 'kind: openai'"]),
    ] as [(String, [String])])
  func commandsAreChecked(text: String, expected: [String]) {
    #expect(problems(text) == expected)
  }

  @Test(
    arguments: [
      ("x", "'mapping' must be a list of rules, found the text 'x'"), ("[]", "'mapping' must not be empty"),
      ("[{}]", "a rule needs 'is', what the line means"),
      (
        "[{ is: dleta }]",
        "'is' must be one of 'delta', 'answer', 'thought', 'tool', 'model', 'usage', 'notice', 'error', 'ignore'; found 'dleta'"
      ),
      ("[{ is: delta }]", "'is: delta' needs a 'text', a path"),
      ("[{ is: ignore, wen: {} }]", "unknown key 'wen'; did you mean 'when'?"),
      ("[{ is: ignore, when: [a] }]", "'when' must be a mapping of paths to values, found a list"),
      ("[{ is: ignore, when: { a: [b] } }]", "'a' must be a text, a number, true or false, found a list"),
      (
        "[{ is: ignore, when: { a..b: c } }]",
        "'a..b' is not a path; write names and places such as message.content[*].text"
      ),
      (
        "[{ is: delta, text: 'a[x]' }]", "'a[x]' is not a path; write names and places such as message.content[*].text"
      ),
      ("[{ is: delta, text: '[0]' }]", "'[0]' is not a path; write names and places such as message.content[*].text"),
    ])
  func mappingsAreChecked(mapping: String, expected: String) {
    let found = problems("{ kind: agent, command: [x], output: stream-json, mapping: \(mapping) }")
    #expect(found.map { String($0.drop { $0 != " " }.dropFirst()) } == [expected])
  }

  @Test func whatAProviderHasIsBounded() {
    let many = 0...Limits.providerEntriesMax
    let arguments = many.map { "a\($0)" }.joined(separator: ", ")
    #expect(problems("{ kind: agent, command: [\(arguments)] }").count == 1)
    let pairs = many.map { "a\($0): b" }.joined(separator: ", ")
    #expect(problems("{ kind: agent, command: [x], env: { \(pairs) } }").count == 1)
    #expect(problems("{ kind: openai, base-url: http://x, headers: { \(pairs) } }").count == 1)
    #expect(problems("{ kind: openai, base-url: http://x, parameters: { \(pairs) } }").count == 1)
    let rules = String(repeating: "{ is: ignore }, ", count: Limits.providerEntriesMax + 1)
    #expect(problems("{ kind: agent, command: [x], output: stream-json, mapping: [\(rules)] }").count == 1)
  }
}

/// `network` and `agents`.
struct ConfigPolicyTests {
  private func parse(_ text: String, home: String? = "/home/me") -> (config: Config?, problems: [String]) {
    let (config, diagnostics) = ConfigFile.parse(Array(text.utf8), file: "c", home: home)
    return (config, diagnostics.map { "\($0.line):\($0.column): \($0.message)" })
  }

  @Test func theyAreRead() {
    let (config, problems) = parse(
      "network: { private: false, deny: [a.b] }\nagents: { hidden: [~/private, /srv/keys, '~'] }")
    #expect(problems == [])
    #expect(config?.network == NetworkPolicy(allowsPrivate: false, deny: ["a.b"]))
    #expect(config?.hiddenPaths == ["/home/me/private", "/srv/keys", "/home/me"])
  }

  @Test(
    arguments: [
      ("network: { privat: false }", ["1:12: unknown key 'privat'; did you mean 'private'?"]),
      ("agents: { hidden: x }", ["1:19: 'hidden' must be a list of paths, found the text 'x'"]),
      ("agents: { hide: [x] }", ["1:11: unknown key 'hide'; write 'hidden'"]),
      (
        "agents: { hidden: [private] }",
        ["1:20: a hidden path must be absolute or begin with ~/, without '..'; found 'private'"]
      ),
      (
        "agents: { hidden: [~/../x] }",
        ["1:20: a hidden path must be absolute or begin with ~/, without '..'; found '~/../x'"]
      ),
      (
        "agents: { hidden: [/] }",
        ["1:20: a hidden path must be absolute or begin with ~/, without '..'; found '/'"]
      ),
    ] as [(String, [String])])
  func mistakesAreReportedInTheirPlace(text: String, expected: [String]) {
    #expect(parse(text).problems == expected)
  }

  @Test func withoutAHomeThereIsNoTilde() {
    #expect(
      parse("agents: { hidden: [~/a] }", home: nil).problems == [
        "1:20: '~/a' needs a home directory, and none is known"
      ])
  }

  @Test func hiddenPathsAreBounded() {
    let paths = String(repeating: "/a, ", count: Limits.hiddenPathsMax + 1)
    #expect(parse("agents: { hidden: [\(paths)] }").problems == ["1:1044: at most 256 paths are allowed"])
  }
}
