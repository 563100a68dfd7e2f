import FlowdModel
import TestSupport
import Testing

@testable import FlowdChecks

private let names = ["a", "b", "c"]

@Suite struct PropertyTests {
  /// A path that is found step by step, the way the standard's definitions read.
  @Test(arguments: UInt64(1)...300)
  func pathsFindWhatANaiveModelFinds(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let document = randomValue(depth: 4, using: &random)
    var text = "$"
    var model = [document]
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let isDescendant = Int.random(in: 0..<4, using: &random) == 0
      let index = Int.random(in: -3...3, using: &random)
      let name = names.randomElement(using: &random) ?? "a"
      let nodes = isDescendant ? model.flatMap(descendants) : model
      text += isDescendant ? ".." : ""
      switch Int.random(in: 0..<4, using: &random) {
      case 0:
        text += "['\(name)']"
        model = nodes.compactMap { $0[name] }
      case 1:
        text += "[\(index)]"
        model = nodes.flatMap { element(index, of: $0) }
      case 2:
        text += "[*]"
        model = nodes.flatMap(children)
      default:
        text += "[\(index):]"
        model = nodes.flatMap { node -> [JSONValue] in
          guard case .array(let elements) = node else { return [] }
          return index < 0 ? Array(elements.suffix(-index)) : Array(elements.dropFirst(index))
        }
      }
    }
    #expect(try find(text, in: document.text) == .array(model), "seed \(seed): \(text) in \(document.text)")
  }

  /// A predicate and its negation never both pass, and both fail only together with a reason.
  @Test(arguments: UInt64(1)...300)
  func aPredicateAndItsNegationDisagreeOrBothFail(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let document = randomValue(depth: 2, using: &random)
    let expected = randomValue(depth: 2, using: &random)
    var subject = CheckSubject()
    subject.result = document
    subject.stdout = Array("\(Int.random(in: 0...3, using: &random))\n".utf8)
    for query in [CheckQuery.json(path: "$"), .json(path: "$.a"), .json(path: "$[*]"), .stdout, .exit] {
      for predicate in CheckPredicate.Operator.allCases {
        let passes = evaluate(query, predicate, expected, on: subject)
        let negated = evaluate(query, predicate, expected, negated: true, on: subject)
        #expect(!(passes.passed && negated.passed), "seed \(seed): \(passes), \(negated)")
        #expect(passes.passed || negated.passed || passes.seen == "nothing" || passes.seen.contains(": "), "\(passes)")
      }
      let equal = evaluate(query, .equal, expected, on: subject)
      let notEqual = evaluate(query, .notEqual, expected, negated: true, on: subject)
      #expect(equal.passed == notEqual.passed, "seed \(seed)")
    }
  }

  /// Against exact arithmetic on fractions with a common denominator.
  @Test(arguments: UInt64(1)...200)
  func numbersCompareByValueHoweverTheyAreWritten(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    for _ in 0..<20 {
      let (left, leftText) = randomNumber(using: &random)
      let (right, rightText) = randomNumber(using: &random)
      let one = try #require(DecimalNumber(leftText))
      let two = try #require(DecimalNumber(rightText))
      #expect((one < two) == (left < right), "seed \(seed): \(leftText) < \(rightText)")
      #expect((one == two) == (left == right), "seed \(seed): \(leftText) == \(rightText)")
      #expect([one < two, one == two, two < one].count { $0 } == 1)
    }
  }

  @Test(arguments: UInt64(1)...100)
  func noTextCrashesTheParsers(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let pieces = [
      "$", "@", ".", "..", "[", "]", "?", "'a'", "*", ":", "-1", "0", "(", ")", "!", "&&", "||", "==", "<=", "\"",
      "\\u", "count(", "match(", ",", " ", "é", "a{3}", "+", "|", "^", "1e9", "true",
    ]
    for _ in 0..<200 {
      let text = (0..<Int.random(in: 0...12, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }
        .joined()
      let query = CheckQuery.json(path: "$" + text)
      let result = evaluate(query, .exists, on: subject(body: #"{"a": [1, {"b": "c"}]}"#))
      #expect(
        (CheckSyntax.problem(in: query) != nil) == result.seen.hasPrefix("not a JSONPath"), "seed \(seed): \(text)")
      let regex = evaluate(.regex(pattern: text), .exists, on: subject(body: "aaa*b(c"))
      #expect(
        (CheckSyntax.problem(in: CheckQuery.regex(pattern: text)) != nil) == regex.seen.hasPrefix("not a regular"),
        "seed \(seed): \(text)")
    }
  }

  private func descendants(_ value: JSONValue) -> [JSONValue] { [value] + children(value).flatMap(descendants) }

  private func children(_ value: JSONValue) -> [JSONValue] {
    switch value {
    case .array(let elements): elements
    case .object(let members): members.map(\.value)
    case .null, .bool, .number, .string: []
    }
  }

  private func element(_ index: Int, of value: JSONValue) -> [JSONValue] {
    guard case .array(let elements) = value else { return [] }
    return elements.enumerated().filter { $0.offset == index || $0.offset - elements.count == index }.map(\.element)
  }

  private func randomValue(depth: Int, using random: inout SplitMix64) -> JSONValue {
    switch Int.random(in: 0..<(depth > 0 ? 8 : 5), using: &random) {
    case 0: return .null
    case 1: return .bool(Bool.random(using: &random))
    case 2: return .string(["", "a", "1", "x"].randomElement(using: &random) ?? "")
    case 3, 4: return .number(String(Int.random(in: -2...3, using: &random)))
    case 5, 6:
      return .array(
        (0..<Int.random(in: 0...4, using: &random)).map { _ in randomValue(depth: depth - 1, using: &random) })
    default:
      let chosen = names.filter { _ in Bool.random(using: &random) }
      return .object(chosen.map { .init($0, randomValue(depth: depth - 1, using: &random)) })
    }
  }

  /// A number as a count of thousandths, and one of the ways to write it.
  private func randomNumber(using random: inout SplitMix64) -> (thousandths: Int, text: String) {
    let value = Int.random(in: -3000...3000, using: &random) * ([1, 10, 100, 1000].randomElement(using: &random) ?? 1)
    switch Int.random(in: 0..<4, using: &random) {
    case 0: return (value, "\(value)e-3")
    case 1: return (value, "\(value)000E-6")
    case 2: return (value, "\(value < 0 ? "-" : "+")00.000\(abs(value))e\(String(abs(value)).count)")
    default:
      let digits =
        String(repeating: "0", count: 3 - min(3, String(abs(value) % 1000).count)) + String(abs(value) % 1000)
      return (value, "\(value < 0 ? "-" : "")\(abs(value) / 1000).\(digits)")
    }
  }
}
