internal import FlowdWire

/// A predicate of a check and how it came out, such as `✗ json $.token exists — saw nothing (review.flow.yaml:12)`.
enum CheckText {
  static func line(_ check: API.CheckResult, flow: String, glyphs: Glyphs) -> String {
    let glyph = glyphs.step(check.passed ? .succeeded : .failed, tick: 0)
    var text = "\(glyph) \(TerminalText.sanitised(check.check))"
    text += " — saw \(check.seen.isEmpty ? "nothing" : TerminalText.sanitised(check.seen))"
    if check.line > 0 { text += " (\(TerminalText.sanitised(flow)).flow.yaml:\(check.line))" }
    return text
  }
}
