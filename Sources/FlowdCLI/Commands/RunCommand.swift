internal import FlowdClient
internal import FlowdModel
internal import FlowdWire

/// `flowctl run`
enum RunCommand: Command {
  static let detach = Flag("detach", short: "d", "Print the run's id and do not wait for it")

  static let spec = CommandSpec(
    "run", "Start a flow and watch it",
    operands: [Operand("FLOW", completion: .flow)], options: StartOptions.all + [detach],
    discussion: """
      Runs what the session holds: its flow, provider and model. A flow, provider or model that is
      named here is chosen first, and the session keeps it. A session is opened when the workspace
      has none. The commands get this shell's environment and directory.

      Ctrl-C lets the steps in hand finish; a second one ends them; a third leaves the run alone.
      The exit code is 0 when the run succeeded, 1 when it did not, 130 after Ctrl-C.
      """,
    examples: [
      Example("flowctl run", "run what the session holds"),
      Example("flowctl run review --input question='Is it safe?'", "choose a flow and give it an input"),
      Example("flowctl run --provider openai --model gpt-5", "choose a provider and model, then run"),
      Example("flowctl run build --if-active queue --detach", "start it after the active run, do not wait"),
      Example("flowctl run build --json | jq -c 'select(.stepFinished)'", "one JSON event a line, for a script"),
    ])

  static func run(_ context: Context, _ arguments: ParsedArguments) throws(CLIError) -> ExitCode {
    let started = try FlowStart.start(context, arguments)
    if arguments[detach] { return try StartCommand.tell(started, context) }
    let run = started.response.runID
    if started.response.existing { context.note("run \(ShortID.of(run)) was started before with this request id") }
    if started.response.status == .queued { context.note("run \(ShortID.of(run)) waits for the active run to end") }
    let watch = try context.client().openWatch(.run(run), WatchOptions(afterSeq: started.response.eventSeq))
    var follow = Follow(
      context, view: view(context), onInterrupt: .cancel(run: run, session: started.sessionID))
    let end = try follow.run(watch)
    if follow.wasInterrupted || end == .interrupted { return .interrupted }
    return follow.lastStatus == .succeeded ? .ok : .failed
  }

  private static func view(_ context: Context) -> any FollowView {
    if context.wantsJSON { return JSONFollowView(context: context) }
    if context.terminal.canRedraw { return LiveFollowView(context: context, showsSession: false) }
    return PlainFollowView(context: context, namesRuns: false, showsReport: true)
  }
}
