internal import FlowdClient
internal import FlowdModel
internal import FlowdWire

/// Starts a run: what the command line names is chosen first, on the same connection, right before the start.
enum FlowStart {
  struct Started {
    var sessionID: String
    var response: API.FlowServiceStartResponse
  }

  static func start(_ context: Context, _ arguments: ParsedArguments) throws(CLIError) -> Started {
    let current = try SessionChoice.currentOrNew(context)
    let meta = current.meta ?? API.SessionMeta()
    let flow = arguments.operand(0) ?? meta.executedFlowID
    let choice = try ProviderChoice.resolve(
      provider: arguments[StartOptions.provider], model: arguments[StartOptions.model], meta: meta, context)
    let request = API.FlowServiceStartRequest(
      sessionID: meta.sessionID, requestID: arguments[StartOptions.requestID] ?? "",
      expected: expected(meta, flow: flow, choice),
      inputs: try StartInputs.bytes(arguments, flow: flow, context),
      ifActive: arguments[StartOptions.ifActive] ?? .unspecified, cwd: directory(arguments, context),
      env: environment(arguments, context), stepByStep: arguments[StartOptions.stepByStep])

    // What the session holds already is not chosen again: nothing would change but its revision.
    let setFlow =
      flow == meta.executedFlowID
      ? nil
      : try context.send(API.SessionSetExecutedFlow.self, .init(sessionID: meta.sessionID, flowID: flow))
    let setProvider =
      try choice.flatMap { choice throws(CLIError) in
        choice == ProviderChoice(provider: meta.providerID, model: meta.modelID)
          ? nil
          : try context.send(
            API.SessionSetProviderModel.self,
            .init(sessionID: meta.sessionID, providerID: choice.provider, modelID: choice.model))
      }
    let start = try context.send(API.FlowStart.self, request)
    if let setFlow { _ = try context.wait(for: setFlow) }
    if let setProvider { _ = try context.wait(for: setProvider) }
    return Started(sessionID: meta.sessionID, response: try context.wait(for: start))
  }

  /// What the run has to be of: nothing else is started, whoever changes the session meanwhile.
  private static func expected(_ meta: API.SessionMeta, flow: String, _ choice: ProviderChoice?) -> API.ExpectedMeta {
    API.ExpectedMeta(
      executedFlowID: flow.isEmpty ? nil : flow, providerID: choice?.provider ?? meta.providerID,
      modelID: choice?.model ?? meta.modelID)
  }

  private static func directory(_ arguments: ParsedArguments, _ context: Context) -> String {
    guard let named = arguments[StartOptions.directory] else { return context.directory }
    return named.hasPrefix("/") ? named : "\(context.directory)/\(named)"
  }

  static func environment(_ arguments: ParsedArguments, _ context: Context) -> [String: String] {
    var environment = context.environment
    for assignment in arguments.all(StartOptions.environment) { environment[assignment.name] = assignment.value }
    return environment
  }
}
