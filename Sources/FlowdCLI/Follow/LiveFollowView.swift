internal import FlowdClient
internal import FlowdModel
internal import FlowdWire

/// Runs as trees that are drawn over and over; what has ended stays above them.
struct LiveFollowView: FollowView {
  let context: Context
  /// Tells of the session too, not only of a run.
  let showsSession: Bool
  private var runs: [RunProgress] = []
  private var meta: API.SessionMeta?
  private var painter = ScreenPainter()
  private var permanent: [String] = []
  private var message = ""
  private var trouble = ""
  private var tick = 0
  private var hidesCursor = false
  var isLive: Bool { true }

  init(context: Context, showsSession: Bool) {
    self.context = context
    self.showsSession = showsSession
  }

  mutating func take(_ update: WatchUpdate) {
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
      runs = snapshot.activeRuns.map { RunProgress($0) }
    case .sessionMetaChanged(let changed): tell(changed.meta, "now")
    case .sessionSelected(let selected): tell(selected.meta, "selected")
    case .sessionClosed(let closed): tell(closed.meta, "closed")
    default: break
    }
    guard !event.runID.isEmpty else { return }
    let index = runs.firstIndex { $0.runID == event.runID } ?? runs.count
    if index == runs.count { runs.append(RunProgress(runID: event.runID)) }
    runs[index].apply(event)
    guard runs[index].isFinished else { return }
    finish(index)
  }

  /// What has ended is drawn once more, in full, and left alone from then on.
  private mutating func finish(_ index: Int) {
    message = ""
    permanent += frame(height: nil).lines(runs[index])
    if !runs[index].error.isEmpty, !runs[index].steps.contains(where: { $0.status == .failed }) {
      permanent.append("  " + context.style.red(TerminalText.sanitised(runs[index].error)))
    }
    if let failed = runs[index].steps.first(where: { $0.status == .failed }) {
      let command = "flowctl logs \(ShortID.of(runs[index].runID)) \(TerminalText.sanitised(failed.id))"
      permanent.append("  " + context.style.dim("all it wrote: \(command)"))
    }
    if !runs[index].report.isEmpty {
      permanent += [""] + ReportText.lines(runs[index].report, style: context.style)
    }
    if showsSession { permanent.append("") }
    runs.remove(at: index)
  }

  private mutating func tell(_ changed: API.SessionMeta?, _ what: String) {
    guard let changed else { return }
    meta = changed
    guard showsSession else { return }
    permanent.append(
      context.style.dim("session \(ShortID.of(changed.sessionID)) \(what): \(MetaText.oneLine(changed))"))
  }

  mutating func notice(_ text: String) { message = text }

  mutating func draw() {
    let (columns, rows) = Terminal.size
    tick += 1
    var live: [String] = []
    let footer = footer(width: columns)
    // Each run gets its share of the rows; the last row is the cursor's.
    let room = max(1, rows - 1 - footer.count)
    let shown = runs.prefix(max(1, room / 2))
    for run in shown { live += frame(height: max(2, room / max(1, shown.count))).lines(run) }
    if runs.count > shown.count { live.append(context.style.dim("… \(runs.count - shown.count) more runs")) }
    live = Array(live.prefix(room)) + footer
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
    if !trouble.isEmpty { lines.append(context.style.yellow(DisplayWidth.truncated(trouble, to: width - 1))) }
    if !message.isEmpty { lines.append(context.style.yellow(DisplayWidth.truncated(message, to: width - 1))) }
    return lines
  }

  private func frame(height: Int?) -> RunFrame {
    RunFrame(
      width: Terminal.size.columns, height: height, now: context.now, tick: tick, style: context.style,
      isUnicode: context.terminal.isUnicode)
  }

  mutating func release() {
    draw()
    painter.forget()
    if hidesCursor { context.output.write("\u{1B}[?25h") }
    hidesCursor = false
    context.output.flush()
  }
}
