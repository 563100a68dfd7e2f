import FlowdFiles
import FlowdModel
import Testing

struct YAMLDocumentTests {
  /// A tree as text: `kind@line:column`, children in brackets.
  private func outline(_ node: YAMLNode?) -> String {
    guard let node else { return "none" }
    let place = "@\(node.start.line):\(node.start.column)"
    switch node.content {
    case .refused: return "refused" + place
    case .scalar(let text, let style): return "\(style)(\(text))" + place
    case .sequence(let elements): return "[" + elements.map(outline).joined(separator: " ") + "]" + place
    case .mapping(let entries):
      return "{"
        + entries.map { "\($0.key)@\($0.position.line):\($0.position.column)=" + outline($0.value) }
        .joined(separator: " ") + "}" + place
    }
  }

  private func problems(_ bytes: [UInt8]) -> [String] {
    YAMLDocument(parsing: bytes, file: "f").diagnostics.map { "\($0.line):\($0.column): \($0.message)" }
  }

  @Test(arguments: [
    ("a", "plain(a)@1:1"),
    ("a: 1\nb:\n  - 'x'\n  - \"y\"\n", "{a@1:1=plain(1)@1:4 b@2:1=[quoted(x)@3:5 quoted(y)@4:5]@3:3}@1:1"),
    ("a: |\n  x\n  y\nb: >-\n  z\n  w\n", "{a@1:1=block(x\ny\n)@1:4 b@4:1=block(z w)@4:4}@1:1"),
    ("é: 😀 # c\nü: {é: [ö]}", "{é@1:1=plain(😀)@1:4 ü@2:1={é@2:5=[plain(ö)@2:9]@2:8}@2:4}@1:1"),
    ("a:\nb: ~", "{a@1:1=plain()@1:3 b@2:1=plain(~)@2:4}@1:1"),
    ("--- {a: b}\n...\n", "{a@1:6=plain(b)@1:9}@1:5"),
    ("\u{FEFF}a: 1", "{a@1:1=plain(1)@1:4}@1:1"),
    ("%YAML 1.2\n---\na", "plain(a)@3:1"),
    (
      "{\"a\": [1, true, null, \"x\"]}",
      "{a@1:2=[plain(1)@1:8 plain(true)@1:11 plain(null)@1:17 quoted(x)@1:23]@1:7}@1:1"
    ),
    ("\u{FEFF}\n [\"é\",\r\n  {\"b\":\r\"\\ud83d\\ude00\"}]", "[quoted(é)@2:3 {b@3:4=quoted(😀)@4:1}@3:3]@2:2"),
    ("{a: b, \"c\": [d]}", "{a@1:2=plain(b)@1:5 c@1:8=[plain(d)@1:14]@1:13}@1:1"),
    ("", "none"), ("# only a comment\n", "none"), (" \n\n", "none"), ("\u{FEFF}", "none"),
  ])
  func nodesKnowTheirPlaces(text: String, expected: String) {
    let document = YAMLDocument(parsing: Array(text.utf8), file: "f")
    #expect(outline(document.root) == expected)
    #expect(document.diagnostics == [])
  }

  @Test(
    arguments: [
      ("a: &x 1\nb: *x", ["1:4: anchors are not allowed", "2:4: aliases are not allowed; write the value again"]),
      (
        "a: !!str 1\nb: !x [1]\nc: !y {}",
        ["1:4: tags are not allowed", "2:4: tags are not allowed", "3:4: tags are not allowed"]
      ),
      ("a: 1\nb: 2\n a: 3", ["3:3: mapping values are not allowed in this context"]),
      (
        "a: 1\nb: 2\na: 3\n'a': 4",
        [
          "3:1: the key 'a' is already given at line 1, column 1",
          "4:1: the key 'a' is already given at line 1, column 1",
        ]
      ),
      ("{\"a\":1,\n \"a\":2}", ["2:2: the key 'a' is already given at line 1, column 2"]),
      ("x: {b: 1, b: 2}", ["1:11: the key 'b' is already given at line 1, column 5"]),
      ("? [a]\n: 1\n", ["1:3: a key must be text"]),
      ("a: 1\n---\nb: 2\n", ["2:1: a file holds one document; a second one begins here"]),
      ("a: \"x\\0y\"", ["1:4: the text holds a NUL character"]),
      ("{\"a\": \"x\\u0000y\"}", ["1:7: the text holds a NUL character"]),
      ("a: [1", ["1:6: while parsing a flow sequence: did not find expected ',' or ']'"]),
      ("a: 'x", ["1:6: while scanning a quoted scalar: found unexpected end of stream"]),
      (
        "a:\n\t- b",
        [
          "2:1: while scanning for the next token: found character that cannot start any token; a tab may not indent, use spaces"
        ]
      ),
      (
        "a: [x, ${{ inputs.y }}]",
        [
          "1:9: while parsing a flow sequence: did not find expected ',' or ']'; text with ${{ }} inside [ ] or { } must be in quotes"
        ]
      ),
      ("a: b\u{1}c", ["1:5: control characters are not allowed"]),
      ("a: @b", ["1:4: while scanning for the next token: found character that cannot start any token"]),
      ("\"\\ud83d\"", ["1:4: while parsing a quoted scalar: found invalid Unicode character escape code"]),
    ] as [(String, [String])])
  func whatIsNotAllowedIsReportedInItsPlace(text: String, expected: [String]) {
    #expect(problems(Array(text.utf8)) == expected)
  }

  @Test func textThatIsNotUTF8IsRefusedWhereItGoesWrong() {
    #expect(problems(Array("a: é\nb: ".utf8) + [0xC3, 0x28]) == ["2:4: the text is not valid UTF-8"])
    #expect(problems([0xFF, 0xFE, 0x61, 0x00]) == ["1:1: the text is not valid UTF-8"])
    #expect(problems(Array("a: x\n\u{0}".utf8)) == ["2:1: the text holds a NUL character"])
  }

  @Test func aFilePastItsSizeIsNotRead() {
    let bytes = [UInt8](repeating: UInt8(ascii: "a"), count: 10_485_760)
    #expect(problems(bytes) == ["0:0: the file has 10485760 bytes; at most 1048576 are allowed"])
  }

  @Test func aHugeScalarWithinTheSizeIsRead() {
    let text = String(repeating: "a", count: Limits.flowFileBytesMax - 4)
    let document = YAMLDocument(parsing: Array("x: |\n".utf8) + Array(text.utf8).dropLast(3), file: "f")
    #expect(document.diagnostics.count == 1)
    let plain = YAMLDocument(parsing: Array("x: \(text.dropLast(3))".utf8), file: "f")
    #expect(plain.diagnostics == [])
    #expect(plain.nodeCount == 3)
  }

  @Test(arguments: ["[", "{a: ", "- ", "? "])
  func nestingIsBounded(opening: String) {
    let text = String(repeating: opening, count: 100_000)
    let found = problems(Array(text.utf8))
    #expect(found.count == 1)
    #expect(found[0].hasSuffix("more than 64 nested lists and mappings"), "\(found)")
    #expect(found[0].hasPrefix("1:"))
  }

  @Test func theDeepestAllowedNestingIsRead() {
    let deep = String(repeating: "[", count: 64) + "x" + String(repeating: "]", count: 64)
    #expect(problems(Array(deep.utf8)) == [])
    #expect(problems(Array(("[" + deep + "]").utf8)) == ["1:65: more than 64 nested lists and mappings"])
  }

  @Test(arguments: ["x,", "1,", "[],"])
  func theNumberOfNodesIsBounded(element: String) {
    let inside = String(repeating: element, count: Limits.yamlNodesMax)
    let found = problems(Array("[\(inside)1]".utf8))
    #expect(found.count == 1)
    #expect(found[0].hasSuffix("the file has more than 200000 values"))
  }

  @Test func thousandsOfMistakesAreCut() {
    let text = (0..<5000).map { "k\($0): *a\n" }.joined()
    #expect(problems(Array(text.utf8)).count == Limits.diagnosticsMax)
  }

  @Test func theBillionLaughsEndAtTheFirstAnchor() {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    for level in 1...9 {
      let aliases = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
      text += "a\(level): &a\(level) [\(aliases)]\n"
    }
    let document = YAMLDocument(parsing: Array(text.utf8), file: "f")
    #expect(document.nodeCount < 300)
    #expect(document.diagnostics.count == Limits.diagnosticsMax || document.diagnostics.count == 91)
  }
}
