internal import FlowdClient
internal import FlowdModel
internal import FlowdWire

/// `flowctl set`
enum SetCommand: Command {
  static let flow = Option("flow", "ID", "What the next start runs", completion: .flow)
  static let provider = Option(
    "provider", "ID", "The provider; its default model unless --model", completion: .provider)
  static let model = Option("model", "ID", "The model; of the present provider unless --provider", completion: .model)
  static let mode = Option(
    "mode", "MODE", "How questions to a person are treated: batch, interactive, hybrid",
    oneOf: [("batch", API.RunMode.batch), ("interactive", .interactive), ("hybrid", .hybrid)])
  static let revision = Option(number: "if-revision", "N", "Only if the session still has this revision")

  static let spec = CommandSpec(
    "set", "Choose flow, provider, model or mode of the session", options: [flow, provider, model, mode, revision],
    discussion: """
      A provider and its model change together or not at all. A session is opened when the workspace
      has none. A run that is active is not affected, except by --mode.
      """,
    examples: [
      Example("flowctl set --flow review", "what flowctl run runs from now on"),
      Example("flowctl set --provider openai --model gpt-5", "both at once"),
    ])

  static func run(_ context: Context, _ arguments: ParsedArguments) throws(CLIError) -> ExitCode {
    let isEmpty =
      arguments[flow] == nil && arguments[provider] == nil && arguments[model] == nil && arguments[mode] == nil
    if isEmpty { throw .usage("nothing to set; give --flow, --provider, --model or --mode", command: "set") }
    let meta = try SessionChoice.currentOrNew(context).meta ?? API.SessionMeta()
    let choice = try ProviderChoice.resolve(
      provider: arguments[provider], model: arguments[model], meta: meta, context)
    // The revision is checked by the first change; each of the others expects the one that it leaves behind.
    var next = arguments[revision]
    func expected() -> API.ExpectedMeta? {
      defer { next = next.map { $0 + 1 } }
      return next.map { API.ExpectedMeta(revision: $0) }
    }
    let id = meta.sessionID
    let setFlow = try arguments[flow].map { flow throws(CLIError) in
      try context.send(API.SessionSetExecutedFlow.self, .init(sessionID: id, flowID: flow, expected: expected()))
    }
    let setProvider = try choice.map { choice throws(CLIError) in
      try context.send(
        API.SessionSetProviderModel.self,
        .init(sessionID: id, providerID: choice.provider, modelID: choice.model, expected: expected()))
    }
    let setMode = try arguments[mode].map { mode throws(CLIError) in
      try context.send(API.SessionSetMode.self, .init(sessionID: id, mode: mode, expected: expected()))
    }
    var newest: API.SessionMeta?
    if let setFlow { newest = try context.wait(for: setFlow).meta }
    if let setProvider { newest = try context.wait(for: setProvider).meta }
    if let setMode { newest = try context.wait(for: setMode).meta }
    guard let newest else { return .ok }
    if context.wantsJSON {
      try context.printJSON(newest)
    } else {
      context.output.line(MetaText.oneLine(newest))
    }
    return .ok
  }
}
