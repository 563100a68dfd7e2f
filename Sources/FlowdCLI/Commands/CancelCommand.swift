internal import FlowdModel
internal import FlowdWire

/// `flowctl cancel`
enum CancelCommand: Command {
  static let force = Flag("force", short: "f", "End the running steps instead of letting them finish")
  static let graceful = Flag("graceful", "Let the running steps finish, whatever the flow's on-cancel says")

  static let spec = CommandSpec(
    "cancel", "Ask a run to end",
    operands: [Operand("RUN", completion: .run)], options: [force, graceful],
    discussion: """
      Without RUN it is the session's active run. What becomes of the running steps the flow's
      on-cancel says; they finish when it says nothing. --force and --graceful say it here. Returns
      when the daemon has taken the request.
      """,
    examples: [
      Example("flowctl cancel", "end the active run as its flow wants it"),
      Example("flowctl cancel --force 3f9a2c71", "end a run now"),
    ])

  static func run(_ context: Context, _ arguments: ParsedArguments) throws(CLIError) -> ExitCode {
    if arguments[force], arguments[graceful] {
      throw .usage("give only one of --force and --graceful", command: "cancel")
    }
    let mode: API.CancelMode = arguments[force] ? .force : arguments[graceful] ? .graceful : .unspecified
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
      // What was unspecified is known now.
      let isForced = (response.run?.cancelRequested ?? mode) == .force || mode == .force
      context.output.line(isForced ? "\(run) is being ended" : "\(run) finishes the steps in hand, then ends")
    }
    return .ok
  }
}
