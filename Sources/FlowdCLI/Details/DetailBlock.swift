internal import FlowdModel

/// Named pieces of text below a line, in two columns; as safe as a terminal wants it.
struct DetailBlock {
  private static let labelColumns = 14
  private static let linesMax = 12

  private(set) var lines: [String] = []
  private let style: Style
  private let width: Int
  private let isWhole: Bool

  /// - Parameters:
  ///   - width: Lines are cut to it.
  ///   - isWhole: All lines of each text; else its first ones.
  init(style: Style, width: Int?, isWhole: Bool) {
    self.style = style
    self.width = width ?? 400
    self.isWhole = isWhole
  }

  /// Adds a text of one or more lines; an empty one is left out.
  mutating func add(_ label: String, _ text: String) {
    let safe = TerminalText.sanitisedLines(text)
    guard safe.utf8.contains(where: { $0 > 0x20 }) else { return }
    var texts = safe.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    while texts.last == "" { texts.removeLast() }
    let hidden = isWhole ? 0 : max(0, texts.count - DetailBlock.linesMax)
    for (index, text) in texts.dropLast(hidden).enumerated() { addLine(index == 0 ? label : "", text) }
    if hidden > 0 { addLine("", "… \(hidden) more line\(hidden == 1 ? "" : "s")") }
  }

  /// Adds a list, one element a line.
  mutating func add(_ label: String, _ texts: [String]) {
    for (index, text) in texts.enumerated() { addLine(index == 0 ? label : "", TerminalText.sanitised(text)) }
  }

  private mutating func addLine(_ label: String, _ text: String) {
    let room = max(20, width - DetailBlock.labelColumns - 5)
    let shown = isWhole ? text : DisplayWidth.truncated(text, to: room)
    guard !(label.isEmpty && shown.isEmpty) else { return lines.append("") }
    lines.append("    \(style.dim(DisplayWidth.padded(label, to: DetailBlock.labelColumns)))\(shown)")
  }
}
