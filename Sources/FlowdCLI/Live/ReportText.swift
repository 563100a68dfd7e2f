/// A report for the terminal: headings and bold text show as such, everything else as it is.
package enum ReportText {
  package static func lines(_ report: String, style: Style) -> [String] {
    var lines = TerminalText.sanitisedLines(report).split(separator: "\n", omittingEmptySubsequences: false).map(
      String.init)
    while lines.last == "" { lines.removeLast() }
    guard style.isColoured else { return lines }
    var isCode = false
    return lines.map { line in
      if line.hasPrefix("```") {
        isCode.toggle()
        return style.dim(line)
      }
      if isCode { return style.cyan(line) }
      let marks = line.prefix { $0 == "#" }
      if (1...6).contains(marks.count), line.dropFirst(marks.count).first == " " {
        return style.bold(String(line.dropFirst(marks.count + 1)))
      }
      return inline(line, style)
    }
  }

  /// `**bold**` and `` `code` ``; marks without a partner stay.
  private static func inline(_ line: String, _ style: Style) -> String {
    var result = ""
    var rest = Substring(line)
    while let mark = rest.firstIndex(where: { $0 == "*" || $0 == "`" }) {
      let delimiter = rest[mark] == "`" ? "`" : "**"
      let after = rest[mark...].dropFirst(delimiter.count)
      guard rest[mark...].hasPrefix(delimiter), let end = after.firstRange(of: delimiter),
        end.lowerBound > after.startIndex
      else {
        result += rest[...mark]
        rest = rest[rest.index(after: mark)...]
        continue
      }
      let content = String(after[..<end.lowerBound])
      result += rest[..<mark]
      result += delimiter == "`" ? style.cyan(content) : style.bold(content)
      rest = rest[end.upperBound...]
    }
    return result + rest
  }
}
