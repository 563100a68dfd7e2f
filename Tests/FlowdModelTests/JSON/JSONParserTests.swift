import FlowdModel
import TestSupport
import Testing

struct JSONParserTests {
  @Test(arguments: [
    ("null", JSONValue.null),
    (" \t\r\n true ", .bool(true)),
    ("false", .bool(false)),
    ("0", .number("0")),
    ("-0", .number("-0")),
    ("-12.50e+07", .number("-12.50e+07")),
    ("1E400", .number("1E400")),
    ("123456789012345678901234567890", .number("123456789012345678901234567890")),
    (#""""#, .string("")),
    (#""a\"\\\/\b\f\n\r\tz""#, .string("a\"\\/\u{8}\u{C}\n\r\tz")),
    (#""\u00e9\uD83D\uDE00\u0000""#, .string("é😀\u{0}")),
    (#""\ud83d\ude00""#, .string("😀")),
    ("\"é😀\u{7F}\u{2028}\u{FEFF}\"", .string("é😀\u{7F}\u{2028}\u{FEFF}")),
    ("[]", .array([])),
    ("[ 1 , [ ] , {} ]", .array([.number("1"), .array([]), .object([])])),
    (#"{"b":1,"a":{"b":2}}"#, .object([.init("b", .number("1")), .init("a", .object([.init("b", .number("2"))]))])),
  ])
  func validTextGivesItsValue(text: String, value: JSONValue) throws {
    #expect(try JSONValue(parsing: Array(text.utf8)) == value)
  }

  @Test(arguments: [
    ("", "1:1: expected a value, found the end"),
    ("  ", "1:3: expected a value, found the end"),
    ("nul", "1:1: expected null"),
    ("True", "1:1: expected a value, found 'T'"),
    ("NaN", "1:1: expected a value, found 'N'"),
    ("01", "1:2: a number may not begin with 0"),
    ("-", "1:2: expected a digit, found the end"),
    ("+1", "1:1: expected a value, found '+'"),
    (".5", "1:1: expected a value, found '.'"),
    ("1.", "1:3: expected a digit, found the end"),
    ("1.e5", "1:3: expected a digit, found 'e'"),
    ("1e", "1:3: expected a digit, found the end"),
    ("1 2", "1:3: expected the end, found '2'"),
    ("[1", "1:3: expected ',' or ']', found the end"),
    ("[1,]", "1:4: expected a value, found ']'"),
    ("[1 2]", "1:4: expected ',' or ']', found '2'"),
    ("{", "1:2: expected a member name in quotes, found the end"),
    ("{a:1}", "1:2: expected a member name in quotes, found 'a'"),
    (#"{"a" 1}"#, "1:6: expected ':', found '1'"),
    (#"{"a":1 "b":2}"#, "1:8: expected ',' or '}', found '\"'"),
    (#"{"a":1,}"#, "1:8: expected a member name in quotes, found '}'"),
    ("{\"a\":1,\n \"a\":2}", "2:2: the member \"a\" is given twice"),
    (#""abc"#, "1:5: expected '\"' to close the string, found the end"),
    ("\"a\nb\"", "1:3: a control character in a string must be escaped"),
    (#""a\x41""#, "1:3: unknown escape in a string"),
    (#""\"#, "1:2: unknown escape in a string"),
    (#""\u12g4""#, "1:6: expected four hexadecimal digits, found 'g'"),
    (#""\u12"#, "1:6: expected four hexadecimal digits, found the end"),
    (#""\uD83D""#, "1:2: a lone surrogate in a string"),
    (#""\uD83Dx""#, "1:2: a lone surrogate in a string"),
    (#""\uD83D\u0041""#, "1:2: a lone surrogate in a string"),
    (#""é\uDE00\uD83D""#, "1:3: a lone surrogate in a string"),
    ("\u{FEFF}1", "1:1: expected a value, found '\u{FEFF}'"),
    ("[1,\n  \u{1}]", "2:3: expected a value, found a control character"),
    ("'a'", "1:1: expected a value, found '''"),
    ("// c\n1", "1:1: expected a value, found '/'"),
  ])
  func invalidTextIsRefusedWhereItGoesWrong(text: String, message: String) {
    let error = #expect(throws: JSONParseError.self) { try JSONValue(parsing: Array(text.utf8)) }
    #expect(error?.description == message)
  }

  @Test func theOffsetCountsBytesAndTheColumnCharacters() {
    let error = #expect(throws: JSONParseError.self) { try JSONValue(parsing: Array("\n\"😀é\" x".utf8)) }
    #expect(error?.offset == 10)
    #expect(error?.line == 2)
    #expect(error?.column == 6)
  }

  @Test(
    arguments: [
      [0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22],
      [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22],
      [0x22, 0xE2, 0x82, 0x22],
    ] as [[UInt8]])
  func bytesThatAreNotUTF8AreRefused(bytes: [UInt8]) {
    let error = #expect(throws: JSONParseError.self) { try JSONValue(parsing: bytes) }
    #expect(error?.description == "1:2: the text is not valid UTF-8")
  }

  @Test func nestingIsBounded() throws {
    let most = Limits.jsonDepthMax
    let deep = String(repeating: "[", count: most) + String(repeating: "]", count: most)
    _ = try JSONValue(parsing: Array(deep.utf8))
    let deeper = String(repeating: #"{"a":"#, count: most + 1)
    let error = #expect(throws: JSONParseError.self) { try JSONValue(parsing: Array(deeper.utf8)) }
    #expect(error?.message == "more than 64 nested values")
    #expect(error?.column == most * 5 + 1)
    #expect(throws: JSONParseError.self) {
      try JSONValue(parsing: Array(repeating: UInt8(ascii: "["), count: 1_000_000))
    }
  }

  @Test func aRepeatedNameIsFoundAmongMany() throws {
    let members = (0..<1000).map { #""n\#($0)":0"# }
    let good = "{\(members.joined(separator: ","))}"
    #expect(try JSONValue(parsing: Array(good.utf8))["n999"] == .number("0"))
    for repeated in [0, 7, 8, 9, 999] {
      let bad = "{\(members.joined(separator: ",")),\"n\(repeated)\":1}"
      let error = #expect(throws: JSONParseError.self) { try JSONValue(parsing: Array(bad.utf8)) }
      #expect(error?.message == "the member \"n\(repeated)\" is given twice")
    }
  }

  @Test func namesThatDifferInBytesOnlyAreDifferent() throws {
    let value = try JSONValue(parsing: Array("{\"\u{E9}\":1,\"e\u{301}\":2}".utf8))
    guard case .object(let members) = value else { return #expect(Bool(false)) }
    #expect(members.map(\.value) == [.number("1"), .number("2")])
  }

  @Test(arguments: 0..<200) func mutatedTextNeverCrashes(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let good = Array(#"{"a":[1,-2.5e3,"x\u00e9\uD83D\uDE00\n"],"b":{"c":null,"d":[true,false,{}]},"é":"😀"}"#.utf8)
    var bytes = good
    for _ in 0..<Int.random(in: 1...4, using: &random) { mutate(&bytes, using: &random) }
    guard let value = try? JSONValue(parsing: bytes) else { return }
    #expect(try JSONValue(parsing: Array(value.text.utf8)) == value, "seed \(seed)")
  }

  private func mutate(_ bytes: inout [UInt8], using random: inout SplitMix64) {
    let index = Int.random(in: 0..<bytes.count, using: &random)
    switch Int.random(in: 0..<3, using: &random) {
    case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
    case 1: bytes.insert(bytes[Int.random(in: 0..<bytes.count, using: &random)], at: index)
    default: if bytes.count > 1 { bytes.remove(at: index) }
    }
  }
}
