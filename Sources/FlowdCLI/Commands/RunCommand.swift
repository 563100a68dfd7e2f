internal import FlowdClient
internal import FlowdModel
internal import FlowdWire

/// `flowctl run`
enum RunCommand: Command {
  static let detach = Flag("detach", short: "d", "Print the run's id and do not wait for it")

  static let spec = CommandSpec(
    "run", "Start a flow and watch it",
    operands: [Operand("FLOW", completion: .flow)], options: StartOptions.all + RunFollow.options + [detach],
    discussion: """
      Runs what the session holds: its flow, provider and model. A flow, provider or model that is
      named here is chosen first, and the session keeps it. A session is opened when the workspace
      has none. The commands get this shell's environment, umask and directory.

      On a terminal the run's questions are asked here, one at a time; Enter takes the default,
      Ctrl-D leaves a question to others. Otherwise they are announced with the command that
      answers them. --answer and --answers answer them in advance.

      Ctrl-C lets the steps in hand finish; a second one ends them; a third leaves the run alone.
      The exit code is 0 when the run succeeded, 1 when it did not, 5 when it waits for an answer
      and --no-input was given, 130 after Ctrl-C.
      """,
    examples: [
      Example("flowctl run", "run what the session holds"),
      Example("flowctl run review --input question='Is it safe?'", "choose a flow and give it an input"),
      Example("flowctl run --provider openai --model gpt-5", "choose a provider and model, then run"),
      Example("flowctl run release --no-input --answer approve=yes", "in a script, with an answer given in advance"),
      Example("flowctl run build --if-active queue --detach", "start it after the active run, do not wait"),
      Example("flowctl run build --json | jq -c 'select(.stepFinished)'", "one JSON event a line, for a script"),
    ])

  static func run(_ context: Context, _ arguments: ParsedArguments) throws(CLIError) -> ExitCode {
    let prepared = try RunFollow.prepared(context, arguments)
    let started = try FlowStart.start(context, arguments)
    if arguments[detach] { return try StartCommand.tell(started, context) }
    let response = started.response
    let id = ShortID.of(response.runID)
    if response.existing { context.note("run \(id) was started before with this request id") }
    if response.status == .queued { context.note("run \(id) waits for the active run to end") }
    return try RunFollow.follow(
      WatchedRun(runID: response.runID, snapshot: response.snapshot), session: started.sessionID,
      after: response.eventSeq, prepared, context, arguments)
  }
}
