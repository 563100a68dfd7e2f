internal import FlowdModel
internal import FlowdWire

/// `flowctl start`
enum StartCommand: Command {
  static let spec = CommandSpec(
    "start", "Start a flow and return at once",
    operands: [Operand("FLOW", completion: .flow)], options: StartOptions.all,
    discussion: """
      As run, but prints the run's id as soon as the run is admitted. When piped it prints the whole
      id and nothing else.
      """,
    examples: [
      Example("flowctl start build", "start it; flowctl watch shows it"),
      Example("id=$(flowctl start build) && flowctl logs -f $id", "start it and follow its output"),
    ])

  static func run(_ context: Context, _ arguments: ParsedArguments) throws(CLIError) -> ExitCode {
    try tell(try FlowStart.start(context, arguments), context)
  }

  static func tell(_ started: FlowStart.Started, _ context: Context) throws(CLIError) -> ExitCode {
    let response = started.response
    if context.wantsJSON {
      try context.printJSON(response)
    } else {
      tell(
        response.runID, flow: response.snapshot?.flowID ?? "", status: response.status, existing: response.existing,
        context)
    }
    return .ok
  }

  static func tell(_ id: String, flow: String, status: API.RunStatus, existing: Bool, _ context: Context) {
    guard context.terminal.isOutputTerminal else {
      context.output.line(id)
      return
    }
    let verb = existing ? "already started" : status == .queued ? "queued" : "started"
    context.output.line("\(verb) \(TerminalText.sanitised(flow)), run \(context.style.bold(ShortID.of(id)))")
    context.output.line(context.style.dim("watch it: flowctl watch      end it: flowctl cancel"))
  }
}
