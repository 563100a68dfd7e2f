internal import FlowdClient
internal import FlowdModel
internal import FlowdWire

/// A run for people: what it was, its steps, what was asked, and its report.
struct MarkdownExport: ExportWriter {
  private static let rowsMax = 500

  private var run = API.Run()
  private var history: [String] = []
  /// Requests and agents of steps, by step.
  private var exchanges: [(step: String, text: String)] = []
  private var shown: ShownRun?

  mutating func take(_ page: API.FlowServiceExportRunResponse, to output: TextOutput) {
    if let first = page.run { run = first }
    for event in page.events {
      if shown == nil { shown = ShownRun(WatchedRun(runID: run.runID)) }
      _ = shown?.apply(event)
      if let line = MarkdownExport.line(event) { add(line, event) }
      if case .stepFinished(let finished)? = event.kind { addExchange(finished.step) }
    }
  }

  mutating func finish(to output: TextOutput) {
    let flow = MarkdownExport.cell(run.snapshot?.flowID ?? "run")
    output.line("# \(flow): \(StatusText.name(run.status))\n")
    for (name, value) in facts where !value.isEmpty { output.line("- **\(name)**: \(value)") }
    output.line("\n## Steps\n")
    output.line("| step | kind | status | time | attempts | |")
    output.line("| --- | --- | --- | --- | --- | --- |")
    for step in run.steps.prefix(MarkdownExport.rowsMax) { output.line(MarkdownExport.row(step)) }
    if run.steps.count > MarkdownExport.rowsMax {
      output.line("\n… \(run.steps.count - MarkdownExport.rowsMax) more steps")
    }
    writeFailures(to: output)
    if !exchanges.isEmpty {
      output.line("\n## Requests and agents\n")
      for exchange in exchanges { output.line("- \(exchange.step): \(exchange.text)") }
    }
    if !history.isEmpty {
      output.line("\n## What happened\n")
      for line in history { output.line("- \(line)") }
    }
    if !run.report.isEmpty { output.line("\n## Report\n\n\(TerminalText.sanitisedLines(run.report))") }
  }

  private var facts: [(String, String)] {
    let snapshot = run.snapshot ?? API.RunSnapshot()
    let time = run.startedAt.flatMap { start in run.finishedAt.map { DurationText.short($0.model - start.model) } }
    return [
      ("run", "`\(run.runID)`"), ("started", run.startedAt.map { MarkdownExport.time($0) } ?? ""),
      ("time", time ?? ""),
      ("model", MarkdownExport.cell(MetaText.providerModel(snapshot.providerID, snapshot.modelID))),
      ("mode", MetaText.mode(run.mode == .unspecified ? snapshot.mode : run.mode)),
      ("inputs", MarkdownExport.code(run.inputs)), ("outputs", MarkdownExport.code(run.outputs)),
      ("definition", snapshot.definitionHash.isEmpty ? "" : "`\(snapshot.definitionHash)`"),
      ("repeats", run.reusedFromRunID.isEmpty ? "" : "`\(run.reusedFromRunID)`"),
      ("error", MarkdownExport.cell(run.error)),
    ]
  }

  private func writeFailures(to output: TextOutput) {
    for step in run.steps.filter({ $0.status == .failed }).prefix(20) {
      output.line("\n### \(MarkdownExport.cell(step.stepID)) failed\n")
      output.line(MarkdownExport.cell(step.error?.message ?? ""))
      // Only the events tell of checks.
      for check in shown?.root.step(step.stepID)?.checks ?? [] where !check.passed {
        let line = CheckText.line(check, flow: run.snapshot?.flowID ?? "", glyphs: Glyphs(isUnicode: true))
        output.line("- \(line)")
      }
      let tail = shown?.tail(step.stepID, of: run.runID)?.lines ?? []
      if !tail.isEmpty { output.line("\n```\n\(tail.joined(separator: "\n"))\n```") }
    }
  }

  private mutating func add(_ line: String, _ event: API.Event) {
    if history.count == MarkdownExport.rowsMax { history.append("…") }
    guard history.count < MarkdownExport.rowsMax else { return }
    let time = event.at.map { MarkdownExport.time($0) } ?? ""
    history.append("\(time) \(line)")
  }

  private mutating func addExchange(_ step: API.Step?) {
    guard let step, exchanges.count < MarkdownExport.rowsMax,
      let text = StepDetailLines.summary(http: step.http, agent: step.agent)
    else { return }
    exchanges.append((MarkdownExport.cell(step.stepID), MarkdownExport.cell(text)))
  }

  /// What cannot be seen in the table of steps.
  private static func line(_ event: API.Event) -> String? {
    switch event.kind {
    case .stepInputRequired(let required): "\(cell(required.stepID)) asked: \(cell(required.input?.prompt ?? ""))"
    case .stepInputAnswered(let answered):
      "\(cell(answered.stepID)) was answered\(AnsweredText.suffix(answered.by)) \(code(answered.value))"
    case .stepRetrying(let retrying):
      "\(cell(retrying.stepID)) \(what(retrying)): \(cell(retrying.error?.message ?? ""))"
    case .runQueued: "queued"
    case .runPaused: "paused"
    case .runResumed(let resumed): resumed.afterRestart ? "resumed after a restart of the daemon" : "resumed"
    case .runCancelRequested(let cancel): cancel.mode == .force ? "ended by force" : "asked to end"
    case .runModeChanged(let changed): "mode \(MetaText.mode(changed.mode))"
    case .runStarted, .runFinished, .runPauseRequested, .stepStarted, .stepOutput, .stepFinished, .sessionMetaChanged,
      .sessionSelected, .sessionClosed, .circuitChanged, .stepActivity, .snapshot, nil:
      nil
    }
  }

  private static func what(_ retrying: API.StepRetrying) -> String {
    retrying.attempt == 0 ? "waited" : "\(AttemptText.of(retrying.attempt, max: retrying.attemptsMax)) failed"
  }

  private static func row(_ step: API.Step) -> String {
    let time = step.startedAt.flatMap { start in step.finishedAt.map { DurationText.short($0.model - start.model) } }
    let note = step.error?.message ?? (step.reused ? "taken over" : "")
    return "| \(cell(step.stepID)) | \(cell(step.kind)) | \(StatusText.name(step.status)) | \(time ?? "") | "
      + "\(step.attempt) | \(cell(note)) |"
  }

  private static func time(_ time: API.Timestamp) -> String {
    TimestampText.text(seconds: time.seconds, nanoseconds: time.nanos / 1_000_000 * 1_000_000) ?? ""
  }

  /// Text that stays in its cell and line, and is no markup.
  private static func cell(_ text: String) -> String {
    var result = ""
    for character in TerminalText.sanitised(text) {
      if "\\`*_[]<>|#".contains(character) { result.append("\\") }
      result.append(character)
    }
    return result
  }

  private static func code(_ json: [UInt8]) -> String {
    let text = TerminalText.sanitised(String(decoding: json, as: UTF8.self))
    if text.isEmpty || text == "{}" { return "" }
    return text.contains("`") ? cell(text) : "`\(text)`"
  }
}
