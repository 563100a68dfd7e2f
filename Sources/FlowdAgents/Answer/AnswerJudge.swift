package import FlowdModel

/// Finds the JSON in an answer that was asked for as JSON, and compares it with its schema.
package struct AnswerJudge: Sendable {
  package enum Verdict: Equatable, Sendable {
    case accepted(JSONValue)
    /// Sentences for a person or a model; never empty.
    case rejected([String])
  }

  private let validator: JSONSchemaValidator?

  /// - Parameter schema: `nil`: any JSON will do.
  package init(schema: JSONValue?) { validator = schema.map { JSONSchemaValidator($0) } }

  /// Judges an answer: the JSON is the whole of it, or in a fenced block, or the first object or list in it. Of several
  /// the first that fits is taken.
  package func judge(_ answer: [UInt8]) -> Verdict {
    var mistakes: [String]?
    for candidate in AnswerCandidates(answer).all {
      let json: JSONValue
      do {
        json = try JSONValue(parsing: Array(candidate))
      } catch {
        continue
      }
      let found = validator?.mistakes(in: json).map(\.description) ?? []
      if found.isEmpty { return .accepted(json) }
      if mistakes == nil { mistakes = found }
    }
    return .rejected(mistakes ?? [Self.noJSON(answer)])
  }

  /// What is asked for once more when an answer was rejected.
  package static func repairPrompt(_ mistakes: [String], schema: JSONValue?) -> String {
    let list = mistakes.map { "- \($0)\n" }.joined()
    let form = schema == nil ? "one JSON value" : "one JSON value that fits the schema"
    return """
      Your answer cannot be used:
      \(list)
      Answer again, with the whole of it corrected: \(form), and nothing else.
      """
  }

  /// What a model is told with its prompt about the form of its answer.
  package static func instruction(schema: JSONValue?) -> String {
    let answer = "Answer with one JSON value and nothing else: no explanation, no Markdown."
    guard let schema else { return answer }
    return "\(answer)\nIt must fit this JSON Schema:\n\(schema.text)"
  }

  private static func noJSON(_ answer: [UInt8]) -> String {
    let text = AnswerCandidates.trimmed(answer[...])
    if text.isEmpty { return "it is empty" }
    guard let first = text.first, first == UInt8(ascii: "{") || first == UInt8(ascii: "[") else {
      return "it holds no JSON"
    }
    do {
      _ = try JSONValue(parsing: Array(text))
      return "it holds no JSON"
    } catch {
      return "it is no JSON: \(error)"
    }
  }
}
