internal import FlowdClient
internal import FlowdModel
internal import FlowdWire

/// `flowctl watch`
enum WatchCommand: Command {
  static let after = Option(
    number: "after", "N", "Events after this one: a session's seq; with --workspace or --all a position")
  static let ofWorkspace = Flag("workspace", "All sessions of the workspace")
  static let ofAll = Flag("all", "All sessions of the daemon")
  static let untilNow = Flag("until-now", "End at the last event there is")

  static let spec = CommandSpec(
    "watch", "Show events as they happen",
    operands: [Operand("RUN", completion: .run)], options: [after, ofWorkspace, ofAll, untilNow],
    discussion: """
      Of the session, or of one run with the runs of its steps, until it ends. Without --after it begins
      with the present state.
      When the daemon is restarted the watch goes on where it was, and no event is shown twice.
      """,
    examples: [
      Example("flowctl watch", "a live view of the session"),
      Example("flowctl watch --after 0 --until-now", "all events of the session so far"),
      Example("flowctl watch --all --json", "everything, one JSON event a line"),
    ])

  static func run(_ context: Context, _ arguments: ParsedArguments) throws(CLIError) -> ExitCode {
    var options = WatchOptions(untilNow: arguments[untilNow], reconnectFor: nil)
    let target = try target(context, arguments)
    var runID: String?
    if case .run(let id) = target { runID = id }
    let isOneRun = runID != nil
    if let after = arguments[after] {
      options.afterSeq = after
      options.afterPosition = after
    } else {
      options.snapshot = !isOneRun
    }
    let watch = try context.client().openWatch(target, options)
    // In the middle, nothing says whose step a run is. JSON is every event, as it was told.
    let makesTree = arguments[after] == nil && !context.wantsJSON
    var follow = Follow(
      context, view: view(context, arguments, isOneRun: isOneRun), onInterrupt: .leave,
      run: makesTree ? runID.map { WatchedRun(runID: $0) } : nil)
    let end = try follow.run(watch)
    if end == .interrupted { return .interrupted }
    guard isOneRun, let last = follow.lastEnd, last.runID == runID else { return .ok }
    return last.status == .succeeded ? .ok : .failed
  }

  private static func target(_ context: Context, _ arguments: ParsedArguments) throws(CLIError) -> WatchTarget {
    let selectors = [arguments.operand(0) != nil, arguments[ofAll], arguments[ofWorkspace]].count { $0 }
    guard selectors <= 1 else { throw .usage("give only one of RUN, --workspace and --all", command: "watch") }
    if let run = arguments.operand(0) { return .run(try RunChoice.id(run, context)) }
    if arguments[ofAll] { return .all }
    if arguments[ofWorkspace] { return .workspace(context.workspace) }
    return .session(try SessionChoice.current(context).meta?.sessionID ?? "")
  }

  private static func view(
    _ context: Context, _ arguments: ParsedArguments, isOneRun: Bool
  ) -> any FollowView {
    if context.wantsJSON { return JSONFollowView(context: context) }
    let isReplay = arguments[after] != nil || arguments[untilNow]
    if context.terminal.canRedraw, !isReplay || isOneRun {
      return LiveFollowView(context: context, showsSession: !isOneRun)
    }
    return PlainFollowView(context: context, namesRuns: !isOneRun || arguments[after] != nil, showsReport: isOneRun)
  }
}
