import Testing

@testable import FlowdCLI

@Suite struct TableTests {
  private var table: Table {
    var table = Table(["RUN", "FLOW", "TITLE"])
    table.add([.init("1"), .init("日本"), .init("short")])
    table.add([.init("22"), .init("build"), .init("a rather long title")])
    table.add([.init("333"), .init("x\u{1B}[2J\ny"), .init("")])
    return table
  }

  @Test func alignsColumns() {
    #expect(
      table.lines(style: .plain, width: nil) == [
        "RUN  FLOW   TITLE", "1    日本   short", "22   build  a rather long title", "333  x y",
      ])
  }

  @Test func cutsLinesToTheWidth() {
    let lines = table.lines(style: .plain, width: 16)
    #expect(lines == ["RUN  FLOW   TIT…", "1    日本   sho…", "22   build  a r…", "333  x y"])
  }

  @Test func coloursTakeNoColumns() {
    var table = Table(["A", "B"])
    table.add([.init("x") { $0.red($1) }, .init("y")])
    #expect(table.lines(style: Style(isColoured: true), width: nil).last == "\u{1B}[31mx\u{1B}[0m  y")
  }
}
