import Testing

@testable import FlowdCLI

@Suite struct OutputTailTests {
  private func tail(_ chunks: String...) -> OutputTail {
    var tail = OutputTail()
    for chunk in chunks { tail.add(Array(chunk.utf8)) }
    return tail
  }

  @Test(
    arguments: [
      (["one\ntwo\n"], "two"), (["one\ntw", "o"], "two"), (["one\n   \n"], "one"), (["10%\r20%\r"], "20%"),
      (["10%\r", "20%"], "20%"), (["done\r\n"], "done"), (["\u{1B}[3", "1mred\u{1B}[0m"], "red"), ([""], ""),
    ])
  func knowsTheLastLine(_ chunks: [String], _ line: String) {
    var tail = OutputTail()
    for chunk in chunks { tail.add(Array(chunk.utf8)) }
    #expect(tail.line == line)
  }

  @Test func keepsTheLastTenLines() {
    let text = (1...30).map { "line \($0)\n" }.joined()
    #expect(tail(text, "unfinished").lines == (22...30).map { "line \($0)" } + ["unfinished"])
  }

  @Test func aLineIsBounded() {
    #expect(tail(String(repeating: "x", count: 10_000)).line.count == 400)
  }
}
