internal import FlowdModel
internal import FlowdWire

/// `flowctl sessions`
enum SessionsCommand: Command {
  static let ofAll = Flag("all", short: "a", "Of all workspaces")
  static let closed = Flag("closed", "Closed ones too")
  static let limit = Option(number: "limit", short: "n", "N", "At most so many; default 50")

  static let spec = CommandSpec(
    "sessions", "List sessions, newest first", options: [ofAll, closed, limit],
    discussion: "The selected session of a workspace is marked *.",
    examples: [Example("flowctl sessions --all", "every open session")])

  static func run(_ context: Context, _ arguments: ParsedArguments) throws(CLIError) -> ExitCode {
    let request = API.SessionServiceListRequest(
      workspace: arguments[ofAll] ? "" : context.workspace, pageSize: pageSize(arguments[limit]),
      includeClosed: arguments[closed])
    let response = try context.call(API.SessionList.self, request)
    if context.wantsJSON {
      try context.printJSON(response)
      return .ok
    }
    guard !response.sessions.isEmpty else {
      context.note(arguments[ofAll] ? "no sessions" : "no sessions for \(context.workspace); open one: flowctl new")
      return .ok
    }
    var table = Table(
      ["", "SESSION", "FLOW", "MODEL", "MODE", "RUN", "CHANGED"] + (arguments[ofAll] ? ["WORKSPACE"] : []) + ["TITLE"])
    for entry in response.sessions { table.add(cells(entry, context, withWorkspace: arguments[ofAll])) }
    for line in table.lines(style: context.style, width: context.tableWidth) { context.output.line(line) }
    if !response.nextPageToken.isEmpty { context.note("there are more; see --limit") }
    return .ok
  }

  private static func cells(_ entry: API.SessionListEntry, _ context: Context, withWorkspace: Bool) -> [Table.Cell] {
    let meta = entry.meta ?? API.SessionMeta()
    let age = meta.updatedAt.map { DurationText.age(context.now - $0.model) } ?? "-"
    var cells: [Table.Cell] = [
      .init(entry.selected ? "*" : "") { $0.green($1) }, .init(ShortID.of(meta.sessionID)) { $0.bold($1) },
      .init(meta.executedFlowID.isEmpty ? "-" : meta.executedFlowID),
      .init(meta.providerID.isEmpty ? "-" : MetaText.providerModel(meta.providerID, meta.modelID)),
      .init(MetaText.mode(meta.mode)),
      .init(entry.closed ? "closed" : entry.activeRunID.isEmpty ? "-" : ShortID.of(entry.activeRunID)) { $0.cyan($1) },
      .init(age) { $0.dim($1) },
    ]
    if withWorkspace { cells.append(.init(meta.workspace)) }
    cells.append(.init(meta.title))
    return cells
  }

  static func pageSize(_ limit: UInt64?) -> UInt32 { UInt32(min(limit ?? 0, UInt64(Limits.pageSizeMax))) }
}
