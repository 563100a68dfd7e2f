package import FlowdModel
internal import FlowdWire

/// Draws a run as lines of text; a function of its arguments.
package struct RunFrame {
  /// More steps than this are folded even where there is no height to fit.
  private static let stepsInFullMax = 500

  package var width: Int
  /// Lines at most; `nil`: as many as it takes.
  package var height: Int?
  package var now: Timestamp
  /// Which picture of the spinner.
  package var tick: Int
  package var style: Style
  package var isUnicode: Bool

  package init(width: Int, height: Int?, now: Timestamp, tick: Int = 0, style: Style, isUnicode: Bool = true) {
    self.width = width
    self.height = height
    self.now = now
    self.tick = tick
    self.style = style
    self.isUnicode = isUnicode
  }

  private var glyphs: Glyphs { Glyphs(isUnicode: isUnicode) }

  package func lines(_ run: RunProgress) -> [String] {
    let lines = [header(run)] + body(run)
    return isUnicode ? lines : lines.map { $0.replacing(" · ", with: " - ").replacing("…", with: "~") }
  }

  /// Such as `⠹ review · openai/gpt-5 · 2 of 5 steps · 12.3s`.
  private func header(_ run: RunProgress) -> String {
    var parts: [String] = []
    if let snapshot = run.snapshot, !snapshot.providerID.isEmpty {
      parts.append(TerminalText.sanitised(MetaText.providerModel(snapshot.providerID, snapshot.modelID)))
    }
    if !run.steps.isEmpty, !run.isFinished {
      let done = run.steps.count { StatusText.isSettled($0.status) }
      parts.append("\(done) of \(run.steps.count) step\(run.steps.count == 1 ? "" : "s")")
    }
    if run.status != .running { parts.append(StatusText.name(run.status)) }
    if run.cancelRequested != .unspecified, !run.isFinished {
      parts.append(run.cancelRequested == .force ? "ending now" : "finishing the steps in hand")
    }
    if let duration = duration(run.startedAt, run.finishedAt) { parts.append(duration) }
    parts.append("run \(ShortID.of(run.runID))")
    let name = TerminalText.sanitised(run.snapshot?.flowID ?? "run")
    let glyph = StatusText.paint(run.status)(style, glyphs.run(run.status, tick: tick))
    let room = width - 2
    let shownName = DisplayWidth.truncated(name, to: room)
    let rest = parts.map { " · " + $0 }.joined()
    let shownRest = DisplayWidth.truncated(rest, to: max(0, room - DisplayWidth.of(shownName)))
    return "\(glyph) \(style.bold(shownName))\(style.dim(shownRest))"
  }

  /// One line a step, and more below those that have something to say; folded to fit the height.
  private func body(_ run: RunProgress) -> [String] {
    let labels = run.steps.map { TerminalText.sanitised($0.label) }
    let widest = labels.map { DisplayWidth.of($0) }.max() ?? 0
    let labelWidth = min(widest, max(12, width - 32))
    guard height != nil || run.steps.count > RunFrame.stepsInFullMax else {
      return run.steps.indices.flatMap { lines(run.steps[$0], labels[$0], labelWidth, details: true) }
    }
    let plan = StepFold.plan(run.steps.map(\.status), rows: (height ?? RunFrame.stepsInFullMax) - 1)
    return plan.flatMap { entry in
      switch entry {
      case .step(let index, let details): return lines(run.steps[index], labels[index], labelWidth, details: details)
      case .folded(let status, let range):
        let glyph = StatusText.paint(status)(style, glyphs.step(status, tick: tick))
        return ["  \(glyph) \(style.dim("\(range.count) \(StatusText.name(status))"))"]
      case .omitted(let count): return ["  " + style.dim("… \(count) more")]
      }
    }
  }

  private func lines(
    _ step: RunProgress.StepProgress, _ label: String, _ labelWidth: Int, details: Bool
  ) -> [String] {
    let glyph = StatusText.paint(step.status)(style, glyphs.step(step.status, tick: tick))
    let shown = DisplayWidth.truncated(label, to: min(labelWidth, width - 5))
    let note = self.note(step)
    let room = width - 5 - labelWidth - 2
    let shownNote = room > 3 ? DisplayWidth.truncated(note, to: room) : ""
    let isQuiet = step.status == .pending || step.status == .notRun || step.status == .skipped
    let text = shownNote.isEmpty ? shown : DisplayWidth.padded(shown, to: labelWidth)
    var result = [
      "  \(glyph) \(isQuiet ? style.dim(text) : text)" + (shownNote.isEmpty ? "" : "  " + style.dim(shownNote))
    ]
    if details, let detail = detail(step) { result.append(detail) }
    // In full, a failed step shows the end of what it wrote.
    if height == nil, step.status == .failed { result += step.tail.lines.map { outputLine($0) } }
    return result
  }

  private func outputLine(_ line: String) -> String {
    "    " + style.dim("\(glyphs.outputBar) " + DisplayWidth.truncated(line, to: max(1, width - 8)))
  }

  /// Beside the label: duration, exit code, attempt.
  private func note(_ step: RunProgress.StepProgress) -> String {
    var parts: [String] = []
    switch step.status {
    case .running, .succeeded, .failed, .cancelled:
      if let duration = duration(step.startedAt, step.finishedAt) { parts.append(duration) }
    case .waitingRetry:
      let left = step.retryAt.map { DurationText.short($0.model - now) }
      parts.append("again in \(left ?? "a moment")")
    case .waitingInput: parts.append("waits for input")
    case .skipped, .notRun: parts.append(StatusText.name(step.status))
    case .pending, .unspecified, .unrecognized: break
    }
    if step.attempt > 1 { parts.append("attempt \(step.attempt)") }
    if step.status == .cancelled { parts.append("cancelled") }
    return parts.joined(separator: ", ")
  }

  /// Below the step: why it failed, what it asks, or what it wrote last.
  private func detail(_ step: RunProgress.StepProgress) -> String? {
    let room = width - 8
    guard room > 8 else { return nil }
    switch step.status {
    case .failed, .waitingRetry:
      guard !step.error.isEmpty else { return nil }
      return "      " + style.red(DisplayWidth.truncated(TerminalText.sanitised(step.error), to: room))
    case .waitingInput:
      return "      " + style.yellow(DisplayWidth.truncated(TerminalText.sanitised(step.prompt), to: room))
    case .running:
      guard !step.tail.line.isEmpty else { return nil }
      return outputLine(step.tail.line)
    case .pending, .succeeded, .skipped, .cancelled, .notRun, .unspecified, .unrecognized: return nil
    }
  }

  private func duration(_ start: API.Timestamp?, _ end: API.Timestamp?) -> String? {
    start.map { DurationText.short((end?.model ?? now) - $0.model) }
  }
}

extension StatusText {
  static func isSettled(_ status: API.StepStatus) -> Bool {
    switch status {
    case .succeeded, .failed, .skipped, .cancelled, .notRun: true
    case .pending, .running, .waitingInput, .waitingRetry, .unspecified, .unrecognized: false
    }
  }
}
