internal import FlowdModel
internal import FlowdWire

/// What a person types as an answer, as the kind of value that the question asks for.
enum AnswerValue {
  /// Why a text is no answer.
  struct Mistake: Error, Equatable {
    var message: String
  }

  /// - Parameter text: As it was typed; a choice may be named by its number or by the beginning of its name.
  static func parse(_ text: String, for question: API.PendingInput) throws(Mistake) -> JSONValue {
    let word = trimmed(text)
    switch question.type {
    case "boolean":
      switch word.lowercased() {
      case "yes", "y", "true": return .bool(true)
      case "no", "n", "false": return .bool(false)
      default: throw Mistake(message: "expected yes or no\(found(word))")
      }
    case "number":
      if let value = try? JSONValue(parsing: Array(word.utf8)), case .number = value { return value }
      throw Mistake(message: "expected a number\(found(word))")
    case "choice": return .string(try option(word, of: question.options))
    case "json":
      do throws(JSONParseError) {
        return try JSONValue(parsing: Array(text.utf8))
      } catch {
        throw Mistake(message: "expected JSON: \(error)")
      }
    default: return .string(text)
    }
  }

  /// Whether a JSON value is of the kind that the question asks for.
  static func check(_ value: JSONValue, for question: API.PendingInput) throws(Mistake) {
    let fits: Bool =
      switch (question.type, value) {
      case ("boolean", .bool), ("number", .number), ("json", _): true
      case ("boolean", _), ("number", _): false
      case ("choice", .string(let text)): question.options.contains(text)
      case (_, .string): true
      default: false
      }
    guard !fits else { return }
    // What was given for a secret is not repeated.
    let what = question.type == "secret" ? "" : "; found \(String(value.text.prefix(60)))"
    throw Mistake(message: "expected \(expectation(question))\(what)")
  }

  /// What an answer may be, such as `yes or no`.
  static func expectation(_ question: API.PendingInput) -> String {
    switch question.type {
    case "boolean": "yes or no"
    case "number": "a number"
    case "choice":
      "one of \(question.options.prefix(20).joined(separator: ", "))\(question.options.count > 20 ? ", …" : "")"
    case "secret": "a secret"
    case "json": "JSON"
    default: "text"
    }
  }

  /// A value as a person would have typed it.
  static func text(_ json: [UInt8]) -> String {
    guard let value = try? JSONValue(parsing: json) else { return "" }
    switch value {
    case .bool(let value): return value ? "yes" : "no"
    case .string(let text): return text
    case .null, .number, .array, .object: return value.text
    }
  }

  private static func option(_ word: String, of options: [String]) throws(Mistake) -> String {
    if options.contains(word) { return word }
    let lowered = word.lowercased()
    let same = options.filter { $0.lowercased() == lowered }
    if same.count == 1 { return same[0] }
    if let number = Int(word), options.indices.contains(number - 1) { return options[number - 1] }
    let beginning = word.isEmpty ? [] : options.filter { $0.lowercased().hasPrefix(lowered) }
    if beginning.count == 1 { return beginning[0] }
    let listed = options.prefix(20).joined(separator: ", ")
    if beginning.count > 1 {
      throw Mistake(message: "\(quoted(word)) may mean \(beginning.prefix(5).joined(separator: " or "))")
    }
    throw Mistake(message: "expected one of \(listed)\(options.count > 20 ? ", …" : "")\(found(word))")
  }

  private static func found(_ word: String) -> String { word.isEmpty ? "" : "; found \(quoted(word))" }

  private static func trimmed(_ text: String) -> String {
    let kept = text.drop { $0 == " " || $0 == "\t" || $0 == "\n" || $0 == "\r" }
    return String(kept.reversed().drop { $0 == " " || $0 == "\t" || $0 == "\n" || $0 == "\r" }.reversed())
  }
}
