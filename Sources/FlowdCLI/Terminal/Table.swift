/// Rows of text in aligned columns.
package struct Table {
  /// Text with a style that takes no columns.
  package struct Cell {
    var text: String
    var paint: (Style, String) -> String

    package init(_ text: String, _ paint: @escaping (Style, String) -> String = { $1 }) {
      self.text = TerminalText.sanitised(text)
      self.paint = paint
    }
  }

  private let header: [String]
  private var rows: [[Cell]] = []

  package init(_ header: [String]) { self.header = header }

  package mutating func add(_ cells: [Cell]) { rows.append(cells) }

  package var isEmpty: Bool { rows.isEmpty }

  /// - Parameter width: Lines are cut to it; `nil`: never.
  package func lines(style: Style, width: Int?) -> [String] {
    let all = [header.map { Cell($0) { $0.dim($1) } }] + rows
    let widths = header.indices.map { column in
      all.map { column < $0.count ? DisplayWidth.of($0[column].text) : 0 }.max() ?? 0
    }
    return all.map { row in
      var line = ""
      var used = 0
      for (column, cell) in row.enumerated() {
        let left = width.map { $0 - used } ?? Int.max
        guard left > 0 else { break }
        let text = DisplayWidth.truncated(cell.text, to: left)
        line += cell.paint(style, text)
        let textWidth = DisplayWidth.of(text)
        guard column + 1 < row.count else { break }
        let gap = widths[column] - textWidth + 2
        used += textWidth + gap
        line += String(repeating: " ", count: gap)
      }
      while line.last == " " { line.removeLast() }
      return line
    }
  }
}
