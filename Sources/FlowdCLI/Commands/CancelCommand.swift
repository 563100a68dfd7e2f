internal import FlowdModel
internal import FlowdWire

/// `flowctl cancel`
enum CancelCommand: Command {
  static let force = Flag("force", short: "f", "End the running steps instead of letting them finish")

  static let spec = CommandSpec(
    "cancel", "Ask a run to end",
    operands: [Operand("RUN", completion: .run)], options: [force],
    discussion: """
      Without RUN it is the session's active run. The running steps finish and the others do not
      start; with --force the running steps are ended. Returns when the daemon has taken the request.
      """,
    examples: [
      Example("flowctl cancel", "let the steps in hand finish"),
      Example("flowctl cancel --force 3f9a2c71", "end a run now"),
    ])

  static func run(_ context: Context, _ arguments: ParsedArguments) throws(CLIError) -> ExitCode {
    let mode: API.CancelMode = arguments[force] ? .force : .graceful
    var request = API.FlowServiceCancelRequest(mode: mode)
    if let named = arguments.operand(0) {
      request.runID = try RunChoice.id(named, context)
      request.sessionID = try context.call(API.FlowGetRun.self, .init(runID: request.runID)).run?.sessionID ?? ""
    } else {
      request.sessionID = try SessionChoice.current(context).meta?.sessionID ?? ""
    }
    let response = try context.call(API.FlowCancel.self, request)
    if context.wantsJSON {
      try context.printJSON(response)
      return .ok
    }
    let run = "run \(ShortID.of(response.run?.runID ?? request.runID))"
    if response.outcome == .alreadyEnded {
      context.output.line("\(run) had ended: \(response.run.map { StatusText.name($0.status) } ?? "-")")
    } else {
      context.output.line(mode == .force ? "\(run) is being ended" : "\(run) finishes the steps in hand, then ends")
    }
    return .ok
  }
}
