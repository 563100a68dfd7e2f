internal import FlowdModel
internal import FlowdWire

/// Answers that were given before their questions: `--answer STEP=VALUE` and `--answers FILE`. Each is given once.
struct PreparedAnswers {
  private enum Value {
    /// As a person would type it.
    case text(String)
    case json(JSONValue)
  }

  private var values: [(name: String, value: Value)] = []

  init() {}

  /// - Parameter document: An object of step ids and values.
  init(_ assignments: [Assignment], document: JSONValue?) throws(CLIError) {
    if let document {
      guard case .object(let members) = document else {
        throw CLIError(.usage, "--answers: expected a JSON object such as {\"approve\": true}")
      }
      values = members.map { ($0.name, .json($0.value)) }
    }
    for assignment in assignments {
      values.removeAll { $0.name == assignment.name }
      values.append((assignment.name, .text(assignment.value)))
    }
  }

  /// Names that no question has asked for.
  var unused: [String] { values.map(\.name) }

  /// The answer to a question; it is not given again.
  ///
  /// It may be named by the input id, the step, the step with its way there such as `release/approve`, or a `foreach` step
  /// whose children ask.
  ///
  /// - Returns: `nil` when there is none.
  mutating func take(for question: Question) throws(AnswerValue.Mistake) -> JSONValue? {
    let whole = question.path.isEmpty ? question.stepID : "\(question.path)/\(question.stepID)"
    let names = [question.input.inputID, whole, question.stepID]
    if let index = values.firstIndex(where: { names.contains($0.name) }) {
      return try PreparedAnswers.read(values.remove(at: index).value, question)
    }
    guard question.stepID.hasSuffix("]"), let bracket = question.stepID.lastIndex(of: "["),
      let value = values.first(where: { $0.name == question.stepID[..<bracket] })?.value
    else { return nil }
    return try PreparedAnswers.read(value, question)
  }

  private static func read(_ value: Value, _ question: Question) throws(AnswerValue.Mistake) -> JSONValue {
    switch value {
    case .text(let text): return try AnswerValue.parse(text, for: question.input)
    case .json(let value):
      try AnswerValue.check(value, for: question.input)
      return value
    }
  }
}
