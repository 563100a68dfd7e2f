internal import FlowdModel
internal import FlowdWire

/// `flowctl close`
enum CloseCommand: Command {
  static let cancelActive = Flag("cancel-active", "End its active runs instead of refusing")

  static let spec = CommandSpec(
    "close", "Close a session",
    operands: [Operand("SESSION", completion: .session)], options: [cancelActive],
    discussion: "Without SESSION it is the current one. Refused while a run is active.",
    examples: [Example("flowctl close --cancel-active", "close the current session and end its runs")])

  static func run(_ context: Context, _ arguments: ParsedArguments) throws(CLIError) -> ExitCode {
    let id: String
    if let named = arguments.operand(0) {
      id = try SessionChoice.whole(named, context)
    } else {
      id = try SessionChoice.current(context).meta?.sessionID ?? ""
    }
    let request = API.SessionServiceCloseRequest(sessionID: id, cancelActive: arguments[cancelActive])
    let response: API.SessionServiceCloseResponse
    do throws(CLIError) {
      response = try context.call(API.SessionClose.self, request)
    } catch {
      guard error.reason == "RUN_ACTIVE" else { throw error }
      var error = error
      error.hints = ["end it too: flowctl close --cancel-active", "or wait for it: flowctl watch"]
      throw error
    }
    if context.wantsJSON {
      try context.printJSON(response)
    } else {
      context.output.line("closed session \(ShortID.of(id))")
    }
    return .ok
  }
}
