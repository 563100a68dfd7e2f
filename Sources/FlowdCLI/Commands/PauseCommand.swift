internal import FlowdModel
internal import FlowdWire

/// `flowctl pause`
enum PauseCommand: Command {
  static let spec = CommandSpec(
    "pause", "Let the running steps finish and start no others",
    operands: [Operand("RUN", completion: .run)],
    discussion: "Without RUN it is the session's active run. flowctl resume goes on with it.",
    examples: [Example("flowctl pause", "the active run"), Example("flowctl pause 3f9a2c71", "another one")])

  static func run(_ context: Context, _ arguments: ParsedArguments) throws(CLIError) -> ExitCode {
    let id = try RunChoice.active(arguments.operand(0), to: "pause", context)
    let response = try context.call(API.FlowPause.self, .init(runID: id))
    if context.wantsJSON {
      try context.printJSON(response)
      return .ok
    }
    let run = response.run ?? API.Run()
    let text =
      if StatusText.isFinal(run.status) {
        "had ended: \(StatusText.name(run.status))"
      } else if run.status == .paused {
        "is paused"
      } else {
        "pauses once the steps in hand have finished"
      }
    context.output.line("run \(ShortID.of(id)) \(text)")
    if !StatusText.isFinal(run.status), context.terminal.isOutputTerminal {
      context.output.line(context.style.dim("go on: flowctl resume \(ShortID.of(id))"))
    }
    return .ok
  }
}
