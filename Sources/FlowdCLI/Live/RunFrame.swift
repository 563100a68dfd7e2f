internal import FlowdClient
package import FlowdModel
internal import FlowdWire

/// Draws a run as lines of text; a function of its arguments.
package struct RunFrame {
  /// More steps than this are folded even where there is no height to fit.
  private static let stepsInFullMax = 500
  /// Children of one step that are shown one by one, and a line for the rest.
  private static let childRowsMax = 7
  static let childRowsInFullMax = 12

  package var width: Int
  /// Lines at most; `nil`: as many as it takes.
  package var height: Int?
  package var now: Timestamp
  /// Which picture of the spinner.
  package var tick: Int
  package var style: Style
  package var isUnicode: Bool
  /// Shows checks that passed too.
  package var showsAllChecks = false

  package init(width: Int, height: Int?, now: Timestamp, tick: Int = 0, style: Style, isUnicode: Bool = true) {
    self.width = width
    self.height = height
    self.now = now
    self.tick = tick
    self.style = style
    self.isUnicode = isUnicode
  }

  var glyphs: Glyphs { Glyphs(isUnicode: isUnicode) }

  package func lines(_ run: ShownRun) -> [String] {
    let lines = [header(run.root)] + body(run)
    guard !isUnicode else { return lines }
    return lines.map { line in
      line.replacing(" · ", with: " - ").replacing("…", with: "~").replacing(" — ", with: " - ").replacing(
        "→", with: "->")
    }
  }

  /// Such as `⠹ review · openai/gpt-5 · 2 of 5 steps · 12.3s`.
  private func header(_ run: WatchedRun) -> String {
    var parts: [String] = []
    if let snapshot = run.snapshot, !snapshot.providerID.isEmpty {
      parts.append(TerminalText.sanitised(MetaText.providerModel(snapshot.providerID, snapshot.modelID)))
    }
    if !run.steps.isEmpty, !run.isFinished { parts.append(RunFrame.stepsDone(run)) }
    if run.status != .running { parts.append(StatusText.name(run.status)) }
    if run.isPauseRequested, run.status != .paused, !run.isFinished { parts.append("pausing") }
    if let mode = run.cancelRequested, !run.isFinished {
      parts.append(mode == .force ? "ending now" : "finishing the steps in hand")
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

  /// Such as `2 of 5 steps`.
  static func stepsDone(_ run: WatchedRun) -> String {
    "\(run.counts.settled) of \(run.steps.count) step\(run.steps.count == 1 ? "" : "s")"
  }

  /// One line a step, and more below those that have something to say; folded to fit the height.
  private func body(_ run: ShownRun) -> [String] {
    let steps = run.root.steps
    let labels = StepLabels(steps, width: width)
    guard height != nil || steps.count > RunFrame.stepsInFullMax else {
      return steps.flatMap { step in
        lines(step, run, labels, details: true) + childLines(step, run, rows: RunFrame.childRowsInFullMax)
      }
    }
    let rows = (height ?? RunFrame.stepsInFullMax) - 1
    let statuses = steps.map(\.status)
    var childRows = childRows(steps, room: max(rows / 2, rows - StepFold.wholeCost(statuses)))
    let plan = StepFold.plan(statuses, rows: rows - childRows)
    return plan.flatMap { entry -> [String] in
      switch entry {
      case .step(let index, let details):
        let children = childLines(steps[index], run, rows: min(childRows, RunFrame.childRowsMax))
        childRows -= children.count
        return lines(steps[index], run, labels, details: details) + children
      case .folded(let status, let range):
        let glyph = StatusText.paint(status)(style, glyphs.step(status, tick: tick))
        return ["  \(glyph) \(style.dim("\(range.count) \(StatusText.name(status))"))"]
      case .omitted(let count): return ["  " + style.dim("… \(count) more")]
      }
    }
  }

  /// Rows that children of steps in hand may take together.
  private func childRows(_ steps: [WatchedStep], room: Int) -> Int {
    var wanted = 0
    for step in steps where wanted < room {
      guard let children = step.children, showsChildren(step) else { continue }
      wanted += min(children.count, RunFrame.childRowsMax)
    }
    return max(0, min(wanted, room))
  }

  func duration(_ start: API.Timestamp?, _ end: API.Timestamp?) -> String? {
    start.map { DurationText.short((end?.model ?? now) - $0.model) }
  }
}

/// The steps' names in a column.
struct StepLabels {
  let width: Int

  init(_ steps: [WatchedStep], width: Int) {
    let widest = steps.reduce(0) { max($0, DisplayWidth.of($1.label)) }
    self.width = min(widest, max(12, width - 32))
  }
}
