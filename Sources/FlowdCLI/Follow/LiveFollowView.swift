internal import FlowdClient
internal import FlowdModel
internal import FlowdWire

/// Runs as trees that are drawn over and over; what has ended stays above them.
struct LiveFollowView: FollowView {
  let context: Context
  /// Tells of the session too, not only of a run.
  let showsSession: Bool
  private var runs: [ShownRun] = []
  private var meta: API.SessionMeta?
  private var painter = ScreenPainter()
  private var permanent: [String] = []
  private var message = ""
  private var trouble = ""
  private var interview = Interview(mayAsk: false)
  private var tick = 0
  private var hidesCursor = false
  var isLive: Bool { true }

  init(context: Context, showsSession: Bool) {
    self.context = context
    self.showsSession = showsSession
  }

  mutating func take(_ update: WatchUpdate, path: String) {
    switch update {
    case .disconnected(let reason): trouble = "reconnecting… (\(TerminalText.sanitised(reason)))"
    case .reconnected: trouble = ""
    case .event(let event): take(event)
    }
  }

  private mutating func take(_ event: API.Event) {
    switch event.kind {
    case .snapshot(let snapshot):
      meta = snapshot.meta
      runs = snapshot.activeRuns.filter { $0.parentRunID.isEmpty }.map { run in
        var shown = ShownRun(run)
        shown.add(stepsOf: snapshot.activeRuns)
        return shown
      }
    case .sessionMetaChanged(let changed): tell(changed.meta, "now")
    case .sessionSelected(let selected): tell(selected.meta, "selected")
    case .sessionClosed(let closed): tell(closed.meta, "closed")
    case .stepInputAnswered(let answered): tell(answered, event.runID)
    case .circuitChanged(let changed):
      if let circuit = changed.circuit { permanent.append(context.style.dim(CircuitText.line(circuit, at: event.at))) }
    default: break
    }
    guard !event.runID.isEmpty, let index = apply(event), runs[index].root.isFinished else { return }
    finish(index)
  }

  /// - Returns: The run that changed; `nil` when it is only one of a step's.
  private mutating func apply(_ event: API.Event) -> Int? {
    for index in runs.indices where runs[index].apply(event) {
      return event.runID == runs[index].root.runID ? index : nil
    }
    var run = ShownRun(WatchedRun(runID: event.runID))
    _ = run.apply(event)
    runs.append(run)
    return runs.count - 1
  }

  /// What was asked and answered stays to be read.
  private mutating func tell(_ answered: API.StepInputAnswered, _ run: String) {
    let step = runs.lazy.compactMap { $0.tree.runs[run]?.step(answered.stepID) }.first
    let isSecret = step?.question?.type == "secret"
    let value =
      isSecret ? "(hidden)" : answered.value.isEmpty ? "" : TerminalText.sanitised(AnswerValue.text(answered.value))
    let prompt = TerminalText.sanitised(step?.question?.prompt ?? answered.stepID)
    let style = context.style
    permanent.append(
      "\(style.yellow("?")) \(prompt) \(style.cyan(value))\(style.dim(AnsweredText.suffix(answered.by)))")
  }

  /// What has ended is drawn once more, in full, and left alone from then on.
  private mutating func finish(_ index: Int) {
    message = ""
    let run = runs.remove(at: index)
    let root = run.root
    permanent += frame(height: nil).lines(run)
    let failed = root.steps.first { $0.status == .failed }
    if !root.error.isEmpty, failed == nil {
      permanent.append("  " + context.style.red(TerminalText.sanitised(root.error)))
    }
    if let failed, root.status != .succeeded {
      let id = ShortID.of(failed.childRunID.isEmpty ? root.runID : failed.childRunID)
      let child = failed.children?.first(1) { $0 == .failed }.first.map { "[\($0)]" } ?? ""
      let step = TerminalText.sanitised(failed.id) + child
      let command = failed.childRunID.isEmpty ? "logs \(id) \(step)" : "show \(id)"
      let again = "flowctl rerun \(ShortID.of(root.runID)) --failed"
      permanent.append("  " + context.style.dim("more: flowctl \(command)      again: \(again)"))
    }
    if !root.report.isEmpty { permanent += [""] + ReportText.lines(root.report, style: context.style) }
    if showsSession { permanent.append("") }
  }

  private mutating func tell(_ changed: API.SessionMeta?, _ what: String) {
    guard let changed else { return }
    meta = changed
    guard showsSession else { return }
    permanent.append(
      context.style.dim("session \(ShortID.of(changed.sessionID)) \(what): \(MetaText.oneLine(changed))"))
  }

  mutating func notice(_ text: String) { message = text }

  mutating func remark(_ text: String) { permanent.append(context.style.dim(TerminalText.sanitised(text))) }

  mutating func ask(_ interview: Interview) { self.interview = interview }

  mutating func draw() {
    // In the background the terminal is somebody else's.
    guard context.terminal.isInForeground else { return painter.forget() }
    drawAlways()
  }

  private mutating func drawAlways() {
    let (columns, rows) = Terminal.size
    tick += 1
    var live: [String] = []
    let footer = footer(width: columns)
    // Each run gets its share of the rows; the last row is the cursor's.
    let room = max(1, rows - 1 - footer.count)
    let shown = runs.prefix(max(1, room / 2))
    for run in shown { live += frame(height: max(2, room / max(1, shown.count))).lines(run) }
    if runs.count > shown.count { live.append(context.style.dim("… \(runs.count - shown.count) more runs")) }
    live = Array((live.prefix(room) + footer).suffix(max(1, rows - 1)))
    var text = hidesCursor ? "" : "\u{1B}[?25l"
    hidesCursor = true
    text += painter.frame(permanent: permanent, live: live, width: columns)
    permanent = []
    context.output.write(text)
    context.output.flush()
  }

  private func footer(width: Int) -> [String] {
    var lines: [String] = []
    if showsSession, runs.isEmpty, let meta {
      lines.append(
        context.style.dim(
          DisplayWidth.truncated(
            "watching session \(ShortID.of(meta.sessionID)): \(MetaText.oneLine(meta))", to: width - 1)))
    }
    for text in hints + [trouble, message] where !text.isEmpty {
      lines.append(context.style.yellow(DisplayWidth.truncated(text, to: width - 1)))
    }
    return lines
      + interview.lines(width: width, style: context.style, now: context.now, isUnicode: context.terminal.isUnicode)
  }

  /// How to go on where a run waits for a person.
  private var hints: [String] {
    var hints: [String] = []
    for run in runs.lazy.map(\.root).filter({ $0.status == .paused }).prefix(3) where !interview.wantsKeys {
      hints.append("paused; go on: flowctl resume \(ShortID.of(run.runID))      one step: with --step")
    }
    if interview.current == nil, let question = interview.unanswered.first {
      hints.append("answer \(question.name): \(question.command)")
    }
    return hints
  }

  private func frame(height: Int?) -> RunFrame {
    RunFrame(
      width: Terminal.size.columns, height: height, now: context.now, tick: tick, style: context.style,
      isUnicode: context.terminal.isUnicode)
  }

  mutating func release() {
    interview = Interview(mayAsk: false)
    drawAlways()
    painter.forget()
    if hidesCursor { context.output.write("\u{1B}[?25h") }
    hidesCursor = false
    context.output.flush()
  }
}
