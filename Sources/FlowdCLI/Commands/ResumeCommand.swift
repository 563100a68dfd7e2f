internal import FlowdModel
internal import FlowdWire

/// `flowctl resume`
enum ResumeCommand: Command {
  static let step = Flag("step", "Run one more step and pause again")

  static let spec = CommandSpec(
    "resume", "Go on with a paused run",
    operands: [Operand("RUN", completion: .run)], options: [step],
    discussion: """
      Without RUN it is the session's active run. A run that was started step by step goes on without
      pauses, unless --step is given.
      """,
    examples: [
      Example("flowctl resume", "the active run"), Example("flowctl resume --step 3f9a2c71", "one more step of a run"),
    ])

  static func run(_ context: Context, _ arguments: ParsedArguments) throws(CLIError) -> ExitCode {
    let id = try RunChoice.active(arguments.operand(0), to: "resume", context)
    let response = try context.call(API.FlowResume.self, .init(runID: id, stepByStep: arguments[step]))
    if context.wantsJSON {
      try context.printJSON(response)
      return .ok
    }
    let run = response.run ?? API.Run()
    let text =
      if StatusText.isFinal(run.status) {
        "had ended: \(StatusText.name(run.status))"
      } else if arguments[step] {
        "runs one more step"
      } else {
        "goes on"
      }
    context.output.line("run \(ShortID.of(id)) \(text)")
    return .ok
  }
}
