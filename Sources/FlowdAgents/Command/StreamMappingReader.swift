internal import FlowdModel

/// Reads the lines of a `stream-json` agent by the rules of its mapping.
struct StreamMappingReader: Sendable {
  enum Event: Equatable, Sendable {
    case delta(String)
    case answer(String)
    case thought(String)
    case tool(String)
    case model(String)
    case usage(TokenCount)
    case notice(String)
    case error(String)
  }

  private struct Rule: Sendable {
    let when: [(path: FieldPath, value: JSONValue)]
    let meaning: StreamMapping.Meaning
    let text: FieldPath
  }

  private let rules: [Rule]

  init(_ mapping: StreamMapping) {
    rules = mapping.rules.map { rule in
      Rule(
        when: rule.when.map { (FieldPath($0.name), $0.value) }, meaning: rule.meaning, text: FieldPath(rule.text))
    }
  }

  /// What a line says; a line that no rule fits says nothing, and one that is no JSON object is a notice.
  func read(_ line: [UInt8]) -> [Event] {
    guard !line.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }) else { return [] }
    guard let value = Self.object(in: line) else { return [.notice(String(decoding: line, as: UTF8.self))] }
    var events: [Event] = []
    for rule in rules where rule.when.allSatisfy({ Self.fits(value, $0.path, $0.value) }) {
      if let event = Self.event(rule, value) { events.append(event) }
      switch rule.meaning {
      case .model, .usage: continue
      case .delta, .answer, .thought, .tool, .notice, .error, .ignore: return events
      }
    }
    return events
  }

  private static func object(in line: [UInt8]) -> JSONValue? {
    guard case .object(let members)? = try? JSONValue(parsing: line, valuesMax: Limits.agentLineValuesMax) else {
      return nil
    }
    return .object(members)
  }

  private static func fits(_ value: JSONValue, _ path: FieldPath, _ wanted: JSONValue) -> Bool {
    path.values(in: value).contains { found in
      switch (found, wanted) {
      case (.string(let found), .string(let wanted)): ExactName(found) == ExactName(wanted)
      case (.number(let found), .string(let wanted)): found == wanted
      default: found == wanted
      }
    }
  }

  private static func event(_ rule: Rule, _ value: JSONValue) -> Event? {
    let text = rule.text.text(in: value)
    switch rule.meaning {
    case .delta: return text.map(Event.delta)
    case .answer: return text.map(Event.answer)
    case .thought: return text.map(Event.thought)
    case .tool: return text.map(Event.tool)
    case .model: return text.map(Event.model)
    case .notice: return text.map(Event.notice)
    case .usage:
      let count = rule.text.values(in: value).first.map(TokenCount.init) ?? TokenCount()
      return count.isEmpty ? nil : .usage(count)
    case .error: return .error(text.flatMap { $0.isEmpty ? nil : $0 } ?? errorText(in: value))
    case .ignore: return nil
    }
  }

  /// Where agents say what went wrong, when the rule's own path leads nowhere.
  private static func errorText(in value: JSONValue) -> String {
    for path in ["error.message", "error.data.message", "message", "error", "errors[*]", "result", "subtype"] {
      if let text = FieldPath(path).text(in: value), !text.isEmpty { return text }
    }
    return value.text
  }
}
