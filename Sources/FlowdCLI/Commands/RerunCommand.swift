internal import FlowdClient
internal import FlowdModel
internal import FlowdWire

/// `flowctl rerun`
enum RerunCommand: Command {
  static let from = Option(
    "from", "STEP", "Run this step and those that depend on it; take over the rest",
    completion: .step)
  static let failed = Flag("failed", "Take over every result of a step that succeeded or was skipped")

  static let spec = CommandSpec(
    "rerun", "Run a run that has ended again, and watch it",
    operands: [Operand("RUN", completion: .run)],
    options: [from, failed, StartOptions.environment, StartOptions.ifActive, StartOptions.requestID]
      + RunFollow.options + [RunCommand.detach],
    discussion: """
      Without RUN it is the session's newest run. It runs the flow as it was then, with the same inputs
      and directory, on the provider, model and mode that the session holds now; the commands get this
      shell's environment and umask. Questions, Ctrl-C and the exit code are as with flowctl run.
      """,
    examples: [
      Example("flowctl rerun", "the newest run, whole"),
      Example("flowctl rerun --failed", "only what did not succeed"),
      Example("flowctl rerun 3f9a2c71 --from build", "one step and what depends on it"),
    ])

  static func run(_ context: Context, _ arguments: ParsedArguments) throws(CLIError) -> ExitCode {
    if arguments[failed], arguments[from] != nil {
      throw .usage("give only one of --from and --failed", command: "rerun")
    }
    let prepared = try RunFollow.prepared(context, arguments)
    let request = API.FlowServiceRerunRequest(
      runID: try RunChoice.id(arguments.operand(0), context), fromStepID: arguments[from] ?? "",
      requestID: arguments[StartOptions.requestID] ?? "", reuseSucceeded: arguments[failed],
      env: FlowStart.environment(arguments, context), ifActive: arguments[StartOptions.ifActive] ?? .unspecified)
    let response = try rerun(request, context)
    let run = response.run ?? API.Run()
    if arguments[RunCommand.detach] { return try tell(response, run, context) }
    let id = ShortID.of(run.runID)
    if response.existing { context.note("run \(id) was started before with this request id") }
    if run.status == .queued { context.note("run \(id) waits for the active run to end") }
    return try RunFollow.follow(
      WatchedRun(runID: run.runID, snapshot: run.snapshot), session: run.sessionID, after: response.eventSeq, prepared,
      context, arguments)
  }

  private static func rerun(
    _ request: API.FlowServiceRerunRequest, _ context: Context
  ) throws(CLIError) -> API.FlowServiceRerunResponse {
    let client = try context.client()
    do throws(ClientError) {
      return try client.send(API.FlowRerun.self, request).wait()
    } catch {
      var explained = context.explained(error)
      // The run itself has not ended, which is not the same as another one being active.
      if case .refused(let refusal) = error, refusal.reason == "RUN_ACTIVE",
        refusal.metadata["run_id"] == request.runID
      {
        let id = ShortID.of(request.runID)
        explained.message = "run \(id) has not ended"
        explained.hints = ["end it: flowctl cancel \(id)", "watch it: flowctl watch \(id)"]
      }
      throw explained
    }
  }

  private static func tell(
    _ response: API.FlowServiceRerunResponse, _ run: API.Run, _ context: Context
  ) throws(CLIError) -> ExitCode {
    if context.wantsJSON {
      try context.printJSON(response)
    } else {
      StartCommand.tell(
        run.runID, flow: run.snapshot?.flowID ?? "", status: run.status, existing: response.existing, context)
    }
    return .ok
  }
}
