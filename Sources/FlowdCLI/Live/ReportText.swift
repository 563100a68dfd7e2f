/// A report for the terminal: Markdown's headings, lists, quotes, code, links and emphasis show as such; tables and everything
/// else stay as they are. Where there are no colours the text is left alone.
package enum ReportText {
  package static func lines(_ report: String, style: Style) -> [String] {
    var lines = TerminalText.sanitisedLines(report).split(separator: "\n", omittingEmptySubsequences: false).map(
      String.init)
    while lines.last == "" { lines.removeLast() }
    guard style.isColoured else { return lines }
    var fence = ""
    return lines.map { line in
      let mark = String(line.drop { $0 == " " }.prefix { $0 == "`" || $0 == "~" }.prefix(3))
      if mark == "```" || mark == "~~~", fence.isEmpty || fence == mark {
        fence = fence.isEmpty ? mark : ""
        return style.dim(line)
      }
      return fence.isEmpty ? block(line, style) : style.cyan(line)
    }
  }

  private static func block(_ line: String, _ style: Style) -> String {
    let indent = String(line.prefix { $0 == " " })
    let text = line.dropFirst(indent.count)
    let marks = text.prefix { $0 == "#" }
    if (1...6).contains(marks.count), text.dropFirst(marks.count).first == " " {
      let title = text.dropFirst(marks.count + 1)
      return style.bold(String(title))
    }
    // A table is aligned already, or is not; either way its bars are what a reader knows.
    if text.hasPrefix("|") { return line }
    if text.hasPrefix("> ") { return indent + style.dim("│ ") + inline(String(text.dropFirst(2)), style) }
    if isRule(text) { return style.dim(line) }
    for bullet in ["- [ ] ", "- [x] ", "- [X] "] where text.hasPrefix(bullet) {
      let box = bullet == "- [ ] " ? "☐ " : style.green("☑ ")
      return indent + box + inline(String(text.dropFirst(bullet.count)), style)
    }
    for bullet in ["- ", "* ", "+ "] where text.hasPrefix(bullet) {
      return indent + style.yellow("• ") + inline(String(text.dropFirst(2)), style)
    }
    let number = text.prefix { $0.isASCII && $0.isNumber }
    if (1...9).contains(number.count), text.dropFirst(number.count).hasPrefix(". ") {
      return indent + style.yellow("\(number). ") + inline(String(text.dropFirst(number.count + 2)), style)
    }
    return indent + inline(String(text), style)
  }

  /// `---`, `***` or `___`.
  private static func isRule(_ text: Substring) -> Bool {
    guard let first = text.first, "-*_".contains(first), text.count >= 3 else { return false }
    return text.allSatisfy { $0 == first }
  }

  /// Bold, emphasised and code text, and links; marks without a partner stay.
  private static func inline(_ line: String, _ style: Style) -> String {
    var result = ""
    var rest = Substring(line)
    while let mark = rest.firstIndex(where: { "*`[\\_".contains($0) }) {
      result += rest[..<mark]
      // In the middle of a word an underscore is one.
      let isInWord = mark > rest.startIndex && rest[rest.index(before: mark)].isLetter
      rest = rest[mark...]
      if let (shown, length) = span(rest, isInWord: isInWord, style) {
        result += shown
        rest = rest.dropFirst(length)
      } else {
        result.append(rest.removeFirst())
      }
    }
    return result + rest
  }

  /// The markup at the beginning of a text.
  ///
  /// - Returns: How it looks and the characters it takes; `nil` when it is none.
  private static func span(_ text: Substring, isInWord: Bool, _ style: Style) -> (String, Int)? {
    if text.hasPrefix("\\"), let next = text.dropFirst().first, next.isPunctuation || next.isSymbol {
      return (String(next), 2)
    }
    if text.hasPrefix("["), let (title, address) = link(text) {
      let shown =
        title == address ? style.underlined(address) : "\(style.underlined(title)) \(style.dim("(\(address))"))"
      return (shown, title.count + address.count + 4)
    }
    for (delimiter, paint) in delimiters where text.hasPrefix(delimiter) && !(isInWord && delimiter.hasPrefix("_")) {
      let after = text.dropFirst(delimiter.count)
      guard let end = after.firstRange(of: delimiter), end.lowerBound > after.startIndex, after.first != " " else {
        continue
      }
      let content = after[..<end.lowerBound]
      guard delimiter == "`" || content.last != " " else { continue }
      return (paint(style, String(content)), content.count + 2 * delimiter.count)
    }
    return nil
  }

  private static let delimiters: [(String, @Sendable (Style, String) -> String)] = [
    ("`", { $0.cyan($1) }), ("**", { $0.bold($1) }), ("__", { $0.bold($1) }), ("*", { $0.italic($1) }),
    ("_", { $0.italic($1) }),
  ]

  /// `[title](address)`.
  private static func link(_ text: Substring) -> (title: String, address: String)? {
    guard let end = text.firstIndex(of: "]") else { return nil }
    let title = text[text.index(after: text.startIndex)..<end]
    let after = text[end...].dropFirst()
    guard after.hasPrefix("("), let close = after.firstIndex(of: ")"), !title.isEmpty, !title.contains("[") else {
      return nil
    }
    let address = after[after.index(after: after.startIndex)..<close]
    return address.contains(" ") ? nil : (String(title), String(address))
  }
}
