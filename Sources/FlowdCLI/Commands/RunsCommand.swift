internal import FlowdClient
internal import FlowdModel
internal import FlowdWire

/// `flowctl runs`
enum RunsCommand: Command {
  static let ofAll = Flag("all", short: "a", "Of all sessions")
  static let ofWorkspace = Flag("workspace", short: "w", "Of all sessions of the workspace")
  static let flow = Option("flow", "ID", "Only runs of this flow", completion: .flow)
  static let status = Option(
    "status", "STATUS", "Only runs in this state; may be repeated",
    oneOf: [
      ("queued", API.RunStatus.queued), ("running", .running), ("waiting", .waitingInput), ("paused", .paused),
      ("succeeded", .succeeded), ("failed", .failed), ("cancelled", .cancelled), ("interrupted", .interrupted),
    ])
  static let limit = Option(number: "limit", short: "n", "N", "At most so many; default 20")

  static let spec = CommandSpec(
    "runs", "List runs, newest first", options: [ofAll, ofWorkspace, flow, status, limit],
    discussion: "A run of a step stands below the run whose step it is, with the step in brackets.",
    examples: [
      Example("flowctl runs", "of the session"),
      Example("flowctl runs --all --status waiting", "all that wait for an answer"),
      Example("flowctl runs --workspace --status failed -n 5", "the last failures here"),
    ])

  static func run(_ context: Context, _ arguments: ParsedArguments) throws(CLIError) -> ExitCode {
    var request = API.FlowServiceListRunsRequest(
      statuses: arguments.all(status), flowID: arguments[flow] ?? "",
      pageSize: SessionsCommand.pageSize(arguments[limit] ?? 20))
    if arguments[ofWorkspace] {
      request.workspace = context.workspace
    } else if !arguments[ofAll] {
      request.sessionID = try SessionChoice.current(context).meta?.sessionID ?? ""
    }
    let response = try context.call(API.FlowListRuns.self, request)
    if context.wantsJSON {
      try context.printJSON(response)
      return .ok
    }
    guard !response.runs.isEmpty else {
      context.note("no runs")
      return .ok
    }
    var table = Table(
      ["RUN", "FLOW", "STATUS", "STARTED", "TIME", "MODEL"] + (request.sessionID.isEmpty ? ["SESSION"] : []))
    for (run, depth) in nested(response.runs) {
      table.add(cells(run, depth: depth, context, withSession: request.sessionID.isEmpty))
    }
    for line in table.lines(style: context.style, width: context.tableWidth) { context.output.line(line) }
    if !response.nextPageToken.isEmpty { context.note("there are more; see --limit") }
    return .ok
  }

  /// Runs of steps below the runs whose steps they are; those whose run is not in the list stay where they are.
  static func nested(_ runs: [API.Run]) -> [(run: API.Run, depth: Int)] {
    let known = Set(runs.map(\.runID))
    var children: [String: [API.Run]] = [:]
    for run in runs where known.contains(run.parentRunID) { children[run.parentRunID, default: []].append(run) }
    var result: [(run: API.Run, depth: Int)] = []
    var open: [(run: API.Run, depth: Int)] = runs.reversed().filter { !known.contains($0.parentRunID) }.map {
      ($0, $0.parentRunID.isEmpty ? 0 : 1)
    }
    while let next = open.popLast() {
      result.append(next)
      // The oldest child is the first step's.
      for child in children.removeValue(forKey: next.run.runID) ?? [] { open.append((child, next.depth + 1)) }
    }
    return result
  }

  static func state(_ run: API.Run) -> String {
    let isPausing = run.pauseRequested && run.status != .paused && !run.status.isFinal
    return StatusText.name(run.status) + (isPausing ? ", pausing" : "")
  }

  private static func cells(_ run: API.Run, depth: Int, _ context: Context, withSession: Bool) -> [Table.Cell] {
    let begin = (run.startedAt ?? run.admittedAt).map { DurationText.age(context.now - $0.model) } ?? "-"
    let time = run.startedAt.map { DurationText.short((run.finishedAt?.model ?? context.now) - $0.model) } ?? "-"
    let provider = run.snapshot?.providerID ?? ""
    let mark = context.terminal.isUnicode ? "└ " : "- "
    let of = depth > 0 && !run.parentStepID.isEmpty ? " (\(run.parentStepID))" : ""
    let indent = depth == 0 ? "" : String(repeating: "  ", count: depth - 1) + mark
    var cells: [Table.Cell] = [
      .init(ShortID.of(run.runID)) { $0.bold($1) }, .init(indent + (run.snapshot?.flowID ?? "") + of),
      .init(state(run), StatusText.paint(run.status)), .init(begin), .init(time),
      .init(provider.isEmpty ? "-" : MetaText.providerModel(provider, run.snapshot?.modelID ?? "")),
    ]
    if withSession { cells.append(.init(ShortID.of(run.sessionID))) }
    return cells
  }
}
