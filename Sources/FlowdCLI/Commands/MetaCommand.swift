internal import FlowdModel
internal import FlowdWire

/// `flowctl meta`
enum MetaCommand: Command {
  static let spec = CommandSpec(
    "meta", "Show what the session holds and runs",
    examples: [
      Example("flowctl meta", "the current session"),
      Example("flowctl meta --json | jq -r .meta.executedFlowId", "for a script"),
    ])

  static func run(_ context: Context, _ arguments: ParsedArguments) throws(CLIError) -> ExitCode {
    let response = try SessionChoice.current(context)
    if context.wantsJSON {
      try context.printJSON(response)
      return .ok
    }
    for line in lines(response, context) { context.output.line(line) }
    return .ok
  }

  static func lines(_ response: API.SessionServiceGetCurrentMetaResponse, _ context: Context) -> [String] {
    let meta = response.meta ?? API.SessionMeta()
    let style = context.style
    var rows: [(String, String)] = [("session", meta.sessionID)]
    if !meta.title.isEmpty { rows.append(("title", meta.title)) }
    rows.append(("workspace", meta.workspace))
    rows.append(("flow", meta.executedFlowID.isEmpty ? "none; choose one: flowctl set --flow ID" : meta.executedFlowID))
    if !meta.lastUsedFlowID.isEmpty, meta.lastUsedFlowID != meta.executedFlowID {
      rows.append(("last run", meta.lastUsedFlowID))
    }
    rows.append(("model", meta.providerID.isEmpty ? "none" : MetaText.providerModel(meta.providerID, meta.modelID)))
    rows.append(("mode", MetaText.mode(meta.mode)))
    let age = meta.updatedAt.map { ", changed \(DurationText.age(context.now - $0.model))" } ?? ""
    rows.append(("revision", "\(meta.revision)\(age)"))
    if let run = response.activeRun {
      let time = run.startedAt.map { ", \(DurationText.short(context.now - $0.model))" } ?? ""
      rows.append(
        ("run", "\(ShortID.of(run.runID)) \(StatusText.name(run.status)): \(run.snapshot?.flowID ?? "")\(time)"))
    }
    return rows.map { "\(style.dim(DisplayWidth.padded($0.0, to: 10)))\(TerminalText.sanitised($0.1))" }
  }
}
