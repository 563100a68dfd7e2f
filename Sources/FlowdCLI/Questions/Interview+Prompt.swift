internal import FlowdModel
internal import FlowdWire

extension Interview {
  /// The prompt as lines, the last one with what was typed; empty when nobody is asked.
  func lines(width: Int, style: Style, now: Timestamp, isUnicode: Bool) -> [String] {
    let room = max(8, width - 3)
    guard let question = current else {
      guard mayAsk, pausedRun != nil else { return [] }
      let keys = "paused: Enter runs one more step, r goes on without pauses"
      return [style.yellow(DisplayWidth.truncated(keys, to: room))]
    }
    var lines: [String] = []
    let text = TerminalText.sanitisedLines(question.input.prompt).split(separator: "\n").map(String.init)
    for (index, line) in text.prefix(6).enumerated() {
      let mark = index == 0 ? style.yellow("?") : " "
      lines.append("\(mark) \(style.bold(DisplayWidth.truncated(line, to: room)))")
    }
    if text.isEmpty { lines.append("\(style.yellow("?")) \(style.bold(question.name))") }
    if question.input.type == "choice" {
      for (index, option) in question.input.options.prefix(9).enumerated() {
        lines.append("  \(index + 1)  \(DisplayWidth.truncated(TerminalText.sanitised(option), to: room - 4))")
      }
    }
    let others = unanswered.count > 1 ? "; \(unanswered.count - 1) more after it" : ""
    let kind = question.input.reason == .permission ? "a permission for the agent of " : ""
    let terms = "\(kind)\(question.name): \(question.terms(now: now))\(others); Ctrl-D leaves it to others"
    lines.append("  " + style.dim(DisplayWidth.truncated(terms, to: room)))
    if !complaint.isEmpty { lines.append("  " + style.red(DisplayWidth.truncated(complaint, to: room))) }
    let cursor = style.isColoured ? "\u{1B}[7m \u{1B}[0m" : "_"
    let mark = isUnicode ? "›" : ">"
    // A secret shows nothing, not even its length.
    let typed = question.isSecret ? style.dim("(hidden) ") : Interview.end(of: editor.text, columns: room - 2)
    lines.append("\(style.cyan(mark)) \(typed)\(cursor)")
    return lines
  }

  /// What was typed last, where not all of it fits.
  private static func end(of text: String, columns: Int) -> String {
    let safe = TerminalText.sanitised(text)
    guard DisplayWidth.of(safe) > columns else { return safe }
    var kept = Substring(safe)
    while DisplayWidth.of(String(kept)) > columns - 1 { kept = kept.dropFirst() }
    return "…" + kept
  }
}
