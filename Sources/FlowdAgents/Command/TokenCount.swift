internal import FlowdModel

/// How many tokens a request and its answer took, as far as the other side says.
struct TokenCount: Equatable, Sendable {
  var input: Int?
  var output: Int?

  init(input: Int? = nil, output: Int? = nil) {
    self.input = input
    self.output = output
  }

  /// Reads the names that agents give these numbers.
  init(_ object: JSONValue) {
    input = Self.number(["input_tokens", "inputTokens", "prompt_tokens", "promptTokens", "input"], in: object)
    output = Self.number(
      ["output_tokens", "outputTokens", "completion_tokens", "completionTokens", "output"], in: object)
  }

  var isEmpty: Bool { input == nil && output == nil }

  /// For people.
  var text: String {
    [input.map { "\($0) tokens in" }, output.map { "\($0) tokens out" }].compactMap { $0 }.joined(separator: ", ")
  }

  /// Adds what another part of the attempt took.
  mutating func add(_ other: TokenCount) {
    input = Self.sum(input, other.input)
    output = Self.sum(output, other.output)
  }

  private static func sum(_ left: Int?, _ right: Int?) -> Int? {
    guard let left, let right else { return left ?? right }
    let (sum, isTooLarge) = left.addingReportingOverflow(right)
    return isTooLarge ? Int.max : sum
  }

  private static func number(_ names: [String], in object: JSONValue) -> Int? {
    for name in names {
      if case .number(let text)? = object[name], let number = Int(text), number >= 0 { return number }
    }
    return nil
  }
}
