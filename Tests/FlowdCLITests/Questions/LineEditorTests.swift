import FlowdModel
import Testing

@testable import FlowdCLI

@Suite struct LineEditorTests {
  private func typed(_ keys: String) -> LineEditor {
    var editor = LineEditor()
    _ = editor.type(Array(keys.utf8))
    return editor
  }

  @Test(
    arguments: [
      ("hello", "hello"), ("helo\u{7F}lo", "hello"), ("öé\u{8}ß", "öß"), ("one two\u{17}three", "one three"),
      ("wrong\u{15}right", "right"), ("a\u{1B}[Ab\u{1B}[1;5Cc\u{1B}OPd", "abcd"), ("\u{7F}x", "x"),
      ("a\tb\u{1}", "a b"),
    ])
  func keysEditTheLine(_ keys: String, _ text: String) { #expect(typed(keys).text == text) }

  @Test func aCharacterMayComeInPieces() {
    var editor = LineEditor()
    for byte in Array("日".utf8) { _ = editor.type([byte]) }
    #expect(editor.text == "日")
  }

  @Test func enterAndControlDEndTheLine() {
    var editor = LineEditor()
    let keys = [Array("ab".utf8), [0x04], Array("c\rdropped".utf8)].map { editor.type($0) }
    #expect(keys == [nil, nil, .enter])
    #expect(editor.text == "abc")
    editor.clear()
    let end = editor.type([0x04])
    #expect(end == .end)
  }

  @Test func theLineIsBounded() {
    var editor = LineEditor()
    _ = editor.type(Array(repeating: UInt8(ascii: "x"), count: Limits.clientAnswerBytesMax + 100))
    #expect(editor.text.utf8.count == Limits.clientAnswerBytesMax)
  }
}
