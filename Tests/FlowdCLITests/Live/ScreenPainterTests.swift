import Testing

@testable import FlowdCLI

/// As much of a terminal as the painter uses: rows that wrap and scroll, and the sequences it writes.
private struct Screen {
  private let width: Int
  private let height: Int
  private(set) var rows: [[Character]] = [[]]
  private var row = 0
  private var column = 0

  init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }

  var text: [String] { rows.map { String($0) } }

  mutating func write(_ text: String) {
    var rest = Substring(text)
    while let character = rest.popFirst() {
      switch character {
      case "\r": column = 0
      case "\n", "\r\n": newLine()
      case "\u{1B}": sequence(&rest)
      default:
        if column == width { newLine() }
        while rows[row].count < column { rows[row].append(" ") }
        if column < rows[row].count { rows[row][column] = character } else { rows[row].append(character) }
        column += 1
      }
    }
  }

  private mutating func newLine() {
    row += 1
    column = 0
    if row == rows.count { rows.append([]) }
  }

  private mutating func sequence(_ rest: inout Substring) {
    rest.removeFirst()
    let digits = rest.prefix { $0.isNumber }
    rest = rest.dropFirst(digits.count)
    switch rest.popFirst() {
    // Not above the visible part.
    case "A": row = max(row - (Int(digits) ?? 1), max(0, rows.count - height))
    case "K": rows[row] = Array(rows[row].prefix(column))
    case "J":
      rows[row] = Array(rows[row].prefix(column))
      rows = Array(rows[...row])
    default: break
    }
  }
}

@Suite struct ScreenPainterTests {
  @Test func framesReplaceOneAnotherAndPermanentLinesStay() {
    var painter = ScreenPainter()
    var screen = Screen(width: 20, height: 10)
    screen.write("$ flowctl run\n")
    screen.write(painter.frame(live: ["one", "two", "three"], width: 20))
    screen.write(painter.frame(live: ["uno", "dos"], width: 20))
    #expect(screen.text == ["$ flowctl run", "uno", "dos", ""])
    screen.write(painter.frame(permanent: ["done: uno"], live: ["dos", "tres", "x"], width: 20))
    #expect(screen.text == ["$ flowctl run", "done: uno", "dos", "tres", "x", ""])
    screen.write(painter.frame(permanent: ["all done"], live: [], width: 20))
    #expect(screen.text == ["$ flowctl run", "done: uno", "all done", ""])
  }

  @Test func nothingIsWrittenWhenNothingChanged() {
    var painter = ScreenPainter()
    _ = painter.frame(live: ["same"], width: 20)
    #expect(painter.frame(live: ["same"], width: 20) == "")
    #expect(painter.frame(live: ["same"], width: 19) != "")
  }

  @Test func aFrameThatWrappedInANarrowerTerminalIsReplacedWhole() {
    var painter = ScreenPainter()
    var screen = Screen(width: 10, height: 10)
    // Drawn for 20 columns; the terminal shows it in 10.
    screen.write(painter.frame(live: ["123456789012345", "short"], width: 20))
    screen.write(painter.frame(live: ["now", "narrow"], width: 10))
    #expect(screen.text == ["now", "narrow", ""])
  }

  @Test func framesScrollWithTheTerminal() {
    var painter = ScreenPainter()
    var screen = Screen(width: 20, height: 4)
    for number in 1...5 {
      screen.write(painter.frame(permanent: ["line \(number)"], live: ["a", "b", "c"], width: 20))
    }
    #expect(screen.text == ["line 1", "line 2", "line 3", "line 4", "line 5", "a", "b", "c", ""])
  }

  @Test func coloursTakeNoColumns() {
    var painter = ScreenPainter()
    let red = Style(isColoured: true).red("12345")
    _ = painter.frame(live: [red], width: 5)
    #expect(painter.frame(live: ["x"], width: 5).hasPrefix("\r\u{1B}[1A"))
  }
}
