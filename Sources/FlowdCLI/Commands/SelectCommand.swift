internal import FlowdModel
internal import FlowdWire

/// `flowctl select`
enum SelectCommand: Command {
  static let spec = CommandSpec(
    "select", "Make a session the selected one of its workspace",
    operands: [Operand("SESSION", required: true, completion: .session)],
    examples: [Example("flowctl select 3f9a2c71", "what flowctl run is about from now on")])

  static func run(_ context: Context, _ arguments: ParsedArguments) throws(CLIError) -> ExitCode {
    let id = try SessionChoice.whole(arguments.operand(0) ?? "", context)
    let response = try context.call(API.SessionSelect.self, .init(sessionID: id))
    if context.wantsJSON {
      try context.printJSON(response)
    } else if let meta = response.meta {
      context.output.line("selected session \(ShortID.of(meta.sessionID)): \(MetaText.oneLine(meta))")
    }
    return .ok
  }
}
