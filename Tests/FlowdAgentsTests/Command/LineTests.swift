import FlowdModel
import Testing

@testable import FlowdAgents

@Suite struct LineTests {
  // MARK: lines

  @Test(arguments: 1...7) func linesAreTheSameHoweverTheyAreCut(size: Int) {
    let bytes = Array("a\r\n\nbb\nccc".utf8)
    var splitter = LineSplitter()
    var lines: [[UInt8]] = []
    for start in stride(from: 0, to: bytes.count, by: size) {
      lines += splitter.push(Array(bytes[start..<min(start + size, bytes.count)]))
    }
    if let last = splitter.finish() { lines.append(last) }
    #expect(lines.map { String(decoding: $0, as: UTF8.self) } == ["a", "", "bb", "ccc"])
  }

  @Test func aLineHasABound() {
    var splitter = LineSplitter(lineBytesMax: 4)
    #expect(splitter.push(Array("abcd\nabc".utf8)).count == 1)
    #expect(!splitter.isTooLong)
    #expect(splitter.push(Array("de\nx\n".utf8)).isEmpty)
    #expect(splitter.isTooLong)
    #expect(splitter.push(Array("y\n".utf8)).isEmpty)
    #expect(splitter.finish() == nil)
  }

  // MARK: paths

  @Test(arguments: [
    ("type", "x"), ("a.b", "1"), ("list[*].t", "pq"), ("list[1].t", "q"), ("list[9].t", nil), ("none", nil),
    ("a", #"{"b":1}"#), ("list.t", nil), ("null", nil), ("flag", "true"), ("type.x", nil), ("list[*].none", nil),
  ])
  func aPathLeadsToTexts(path: String, text: String?) throws {
    let value = try JSONValue(
      parsing: Array(#"{"type":"x","a":{"b":1},"list":[{"t":"p"},{"t":"q"},7],"null":null,"flag":true}"#.utf8))
    #expect(FieldPath(path).text(in: value) == text)
  }

  // MARK: mappings

  private func read(_ rules: [StreamMapping.Rule], _ line: String) -> [StreamMappingReader.Event] {
    StreamMappingReader(StreamMapping(rules: rules)).read(Array(line.utf8))
  }

  @Test func theFirstRuleThatFitsCounts() {
    let rules = [
      StreamMapping.Rule(when: [.init("n", .number("1"))], meaning: .ignore),
      StreamMapping.Rule(when: [], meaning: .delta, text: "t"),
    ]
    #expect(read(rules, #"{"n":1,"t":"a"}"#) == [])
    #expect(read(rules, #"{"n":2,"t":"a"}"#) == [.delta("a")])
  }

  @Test func aNumberMayBeGivenAsText() {
    let rules = [StreamMapping.Rule(when: [.init("n", .string("1"))], meaning: .delta, text: "t")]
    #expect(read(rules, #"{"n":1,"t":"a"}"#) == [.delta("a")])
  }

  @Test(arguments: ["plain words", "{broken", "[1]", "7", "\u{FEFF}{}"])
  func whatIsNoObjectIsANotice(line: String) {
    let rules = [StreamMapping.Rule(when: [], meaning: .answer)]
    #expect(read(rules, line) == [.notice(line)])
  }

  @Test func anErrorAlwaysSaysSomething() {
    let rules = [StreamMapping.Rule(when: [], meaning: .error, text: "nowhere")]
    #expect(read(rules, #"{"message":"m"}"#) == [.error("m")])
    #expect(read(rules, #"{"x":1}"#) == [.error(#"{"x":1}"#)])
  }

  @Test func tokensAreAddedUpWithoutOverflow() {
    var count = TokenCount()
    count.add(TokenCount(input: 1, output: nil))
    count.add(TokenCount(input: 2, output: 5))
    #expect(count == TokenCount(input: 3, output: 5))
    count.add(TokenCount(input: .max))
    #expect(count.input == .max)
  }

  // MARK: bounds

  @Test func activitiesEndAtTheirBoundWithANotice() {
    var bound = ActivityBound(redactor: Redactor([]))
    var reported: [AgentActivity] = []
    for _ in 0..<(Limits.agentActivitiesMax + 100) {
      if let activity = bound.admit(AgentActivity(.toolCall, "t")) { reported.append(activity) }
    }
    #expect(reported.count == Limits.agentActivitiesMax)
    #expect(reported.last?.kind == .notice)
  }

  @Test func anActivityIsCutAndRedacted() throws {
    var bound = ActivityBound(redactor: Redactor(["swordfish"]))
    let text = "swordfish " + String(repeating: "é", count: Limits.outputChunkBytesMax)
    let admitted = bound.admit(AgentActivity(.notice, text))
    let activity = try #require(admitted)
    #expect(activity.text.hasPrefix("[secret] éé"))
    #expect(activity.text.hasSuffix("é…"))
    #expect(activity.text.utf8.count <= Limits.outputChunkBytesMax)
  }
}
