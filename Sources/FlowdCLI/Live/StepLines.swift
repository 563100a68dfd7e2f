internal import FlowdClient
internal import FlowdModel
internal import FlowdWire

/// One step of a run as lines.
extension RunFrame {
  func lines(_ step: WatchedStep, _ run: ShownRun, _ labels: StepLabels, details: Bool) -> [String] {
    let status = shownStatus(step, run)
    let glyph = StatusText.paint(status)(style, glyphs.step(status, tick: tick))
    let label = TerminalText.sanitised(step.label)
    let shown = DisplayWidth.truncated(label, to: min(labels.width, width - 5))
    let note = self.note(step, run.root.snapshot)
    let room = width - 5 - labels.width - 2
    let shownNote = room > 3 ? DisplayWidth.truncated(note, to: room) : ""
    let text = shownNote.isEmpty ? shown : DisplayWidth.padded(shown, to: labels.width)
    var result = [
      "  \(glyph) \(isQuiet(step.status) ? style.dim(text) : text)"
        + (shownNote.isEmpty ? "" : "  " + style.dim(shownNote))
    ]
    if details, let detail = detail(step, run) { result.append("    " + detail) }
    guard height == nil else { return result }
    // In full, a step shows its request or agent and its failed checks, and a failed one the end of what it wrote.
    result += requestLines(step)
    result += checkLines(step, run)
    if step.status == .failed, step.http == nil { result += tailLines(step, run) }
    return result
  }

  /// The children of a `foreach` step in at most so many lines: those a person looks for, and what the others are.
  func childLines(_ step: WatchedStep, _ run: ShownRun, rows: Int) -> [String] {
    guard rows > 0, let children = step.children, showsChildren(step), children.count > 0 else { return [] }
    let isWhole = children.count <= rows
    let items = isWhole ? Array(0..<children.count) : RunFrame.worthShowing(children, rows - 1)
    var rest = children.counts
    var lines: [String] = []
    for item in items {
      rest.leaveOut(children.status(item))
      lines.append(childLine(step, children, item, run))
    }
    guard !isWhole else { return lines }
    let number = children.count - items.count
    let what = StepCounts.order.filter { rest[$0] > 0 }.map { "\(rest[$0]) \(StatusText.childWord($0))" }
    let text = "… \(number)\(items.isEmpty ? "" : " more"): \(what.joined(separator: ", "))"
    return lines + ["      " + style.dim(DisplayWidth.truncated(text, to: max(1, width - 7)))]
  }

  /// The first children in hand and the first that failed, at least two of these, by their place in the list.
  private static func worthShowing(_ children: WatchedChildren, _ number: Int) -> [Int] {
    let failed = children.first(number) { $0 == .failed }
    let inHand = children.first(number - min(2, failed.count)) { $0 != .failed && StatusText.isBusy($0) }
    return (inHand + failed.prefix(number - inHand.count)).sorted()
  }

  func showsChildren(_ step: WatchedStep) -> Bool {
    switch step.status {
    case .running, .waitingInput, .waitingRetry, .failed: true
    case .pending, .succeeded, .skipped, .cancelled, .notRun, .unspecified, .unrecognized: false
    }
  }

  private func childLine(_ step: WatchedStep, _ children: WatchedChildren, _ item: Int, _ run: ShownRun) -> String {
    let status = children.status(item)
    let glyph = StatusText.paint(status)(style, glyphs.step(status, tick: tick))
    let details = children.details(item)
    var text = TerminalText.sanitised("\(step.id)[\(item)]")
    var more = ""
    if let details {
      let note = self.note(details, run.root.snapshot)
      if !note.isEmpty { text += "  \(note)" }
      more = plainDetail(details, run) ?? ""
    }
    let shown = DisplayWidth.truncated(text, to: max(1, width - 9))
    let room = width - 11 - DisplayWidth.of(shown)
    let shownMore = room > 8 && !more.isEmpty ? "  " + style.dim(DisplayWidth.truncated(more, to: room)) : ""
    return "      \(glyph) \(isQuiet(status) ? style.dim(shown) : shown)\(shownMore)"
  }

  /// Beside the label: duration, attempts, what it waits for.
  private func note(_ step: WatchedStep, _ snapshot: API.RunSnapshot?) -> String {
    var parts: [String] = []
    switch step.status {
    case .running, .succeeded, .failed, .cancelled:
      if let duration = duration(step.startedAt, step.finishedAt) { parts.append(duration) }
      if step.attempt > 1 { parts.append(AttemptText.of(step.attempt, max: step.attemptsMax)) }
    case .waitingRetry:
      let left = step.wakeAt.map { DurationText.short($0.model - now) }
      let what =
        step.attempt == 0 ? "waits, first try" : "\(AttemptText.of(step.attempt, max: step.attemptsMax)) failed, next"
      parts.append("\(what) in \(left ?? "a moment")")
    case .waitingInput: parts.append("waits for input")
    case .skipped, .notRun: parts.append(StatusText.name(step.status))
    case .pending, .unspecified, .unrecognized: break
    }
    // In full, a line of its own says more.
    if height != nil, let http = step.http { parts.append(ExchangeText.note(http)) }
    if height != nil, let agent = step.agent { parts.append(AgentText.note(agent, run: snapshot)) }
    if step.isReused { parts.append("taken over") }
    if let children = step.children { parts.append("\(children.counts.settled) of \(children.count)") }
    if step.status == .running, let wake = step.wakeAt { parts.append("\(DurationText.short(wake.model - now)) left") }
    if step.status == .cancelled { parts.append("cancelled") }
    return parts.filter { !$0.isEmpty }.joined(separator: ", ")
  }

  /// Below the step: why it failed, what it asks, how its own run is, or what it wrote last.
  private func detail(_ step: WatchedStep, _ run: ShownRun) -> String? {
    let room = width - 8
    guard room > 8, let text = plainDetail(step, run) else { return nil }
    let shown = DisplayWidth.truncated(text, to: room)
    switch step.status {
    case .failed, .waitingRetry: return "  " + style.red(shown)
    case .waitingInput: return "  " + style.yellow(shown)
    case .running: return style.dim("\(glyphs.outputBar) \(shown)")
    case .pending, .succeeded, .skipped, .cancelled, .notRun, .unspecified, .unrecognized: return nil
    }
  }

  private func plainDetail(_ step: WatchedStep, _ run: ShownRun) -> String? {
    let text: String
    switch step.status {
    case .failed, .waitingRetry: text = TerminalText.sanitised(step.error?.message ?? "")
    case .waitingInput: text = TerminalText.sanitised(step.question?.prompt ?? "")
    case .running:
      let id = run.root.runID
      text = childRun(step, run) ?? run.activity(step.id, of: id) ?? run.tail(step.id, of: id)?.line ?? ""
    case .pending, .succeeded, .skipped, .cancelled, .notRun, .unspecified, .unrecognized: return nil
    }
    return text.isEmpty ? nil : text
  }

  /// How the run is that a `flow` step started, such as `2 of 4 steps · compile · run 1234abcd`.
  private func childRun(_ step: WatchedStep, _ run: ShownRun) -> String? {
    guard !step.childRunID.isEmpty, let child = run.tree.runs[step.childRunID] else { return nil }
    var parts: [String] = []
    if !child.steps.isEmpty { parts.append(RunFrame.stepsDone(child)) }
    if child.status != .running { parts.append(StatusText.name(child.status)) }
    let busy = child.steps.lazy.filter { StatusText.isBusy($0.status) }.prefix(3).map(\.label)
    if !busy.isEmpty { parts.append(TerminalText.sanitised(busy.joined(separator: ", "))) }
    parts.append("run \(ShortID.of(child.runID))")
    return parts.joined(separator: " · ")
  }

  /// A step whose own run waits for a person waits for that person.
  private func shownStatus(_ step: WatchedStep, _ run: ShownRun) -> API.StepStatus {
    guard step.status == .running, run.tree.runs[step.childRunID]?.status == .waitingInput else { return step.status }
    return .waitingInput
  }

  private func tailLines(_ step: WatchedStep, _ run: ShownRun) -> [String] {
    (run.tail(step.id, of: run.root.runID)?.lines ?? []).map { line in
      "    " + style.dim("\(glyphs.outputBar) " + DisplayWidth.truncated(line, to: max(1, width - 8)))
    }
  }

  /// The request or the agent on a line; of a failed step all that is known.
  private func requestLines(_ step: WatchedStep) -> [String] {
    let room = max(1, width - 6)
    guard let summary = StepDetailLines.summary(http: step.http, agent: step.agent, width: room) else { return [] }
    let line = "    " + style.dim(DisplayWidth.truncated(summary, to: room))
    guard step.status == .failed else { return [line] }
    return [line] + StepDetailLines.details(http: step.http, agent: step.agent, style: style, width: width)
  }

  private func checkLines(_ step: WatchedStep, _ run: ShownRun) -> [String] {
    step.checks.filter { showsAllChecks || !$0.passed }.map { check in
      let text = CheckText.line(check, flow: run.root.snapshot?.flowID ?? "", glyphs: glyphs)
      let shown = DisplayWidth.truncated(text, to: max(1, width - 6))
      return "    " + (check.passed ? style.green(shown) : style.red(shown))
    }
  }

  private func isQuiet(_ status: API.StepStatus) -> Bool {
    switch status {
    case .pending, .notRun, .skipped: true
    case .running, .waitingInput, .waitingRetry, .succeeded, .failed, .cancelled, .unspecified, .unrecognized: false
    }
  }
}
