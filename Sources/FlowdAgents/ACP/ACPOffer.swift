internal import FlowdModel

/// What an ACP session lets its client choose, and what is chosen.
struct ACPOffer: Equatable, Sendable {
  struct Choice: Equatable, Sendable {
    /// Of the option; empty where the protocol has a method of its own for the choice.
    var option: String
    var current: String
    var values: [String]

    /// For people; long lists are cut.
    var list: String {
      let shown = values.prefix(20).map { quoted($0) }.joined(separator: ", ")
      return values.count > 20 ? "\(shown), …" : shown
    }
  }

  /// Set with `session/set_config_option`, whose answer says what is chosen.
  var modelOption: Choice?
  var modeOption: Choice?
  /// Set with `session/set_model`.
  var models: Choice?
  /// Set with `session/set_mode`.
  var modes: Choice?

  init() {}

  /// - Parameter session: The result of `session/new`.
  init(session: JSONValue) {
    take(configOptions: session["configOptions"])
    models = Self.choice(session["models"], current: "currentModelId", list: "availableModels", id: "modelId")
    modes = Self.choice(session["modes"], current: "currentModeId", list: "availableModes", id: "id")
  }

  /// Takes over the whole list, as an answer or an update gives it.
  mutating func take(configOptions: JSONValue?) {
    guard case .array(let options)? = configOptions else { return }
    modelOption = Self.option("model", in: options)
    modeOption = Self.option("mode", in: options)
  }

  /// The option of a category, or the one that has it as its id.
  private static func option(_ category: String, in options: [JSONValue]) -> Choice? {
    let selects = options.filter { $0["currentValue"]?.plainText != nil && $0["id"]?.plainText != nil }
    let found =
      selects.first { $0["category"]?.plainText == category } ?? selects.first { $0["id"]?.plainText == category }
    guard let found, let id = found["id"]?.plainText, let current = found["currentValue"]?.plainText else { return nil }
    return Choice(option: id, current: current, values: values(found["options"]))
  }

  /// Options are a list of values, or a list of groups of them.
  private static func values(_ options: JSONValue?) -> [String] {
    guard case .array(let elements)? = options else { return [] }
    return elements.flatMap { element in
      if let value = element["value"]?.plainText { return [value] }
      return element["options"].map { values($0) } ?? []
    }
  }

  private static func choice(_ state: JSONValue?, current: String, list: String, id: String) -> Choice? {
    guard let state, let now = state[current]?.plainText else { return nil }
    guard case .array(let elements)? = state[list] else { return Choice(option: "", current: now, values: []) }
    return Choice(option: "", current: now, values: elements.compactMap { $0[id]?.plainText })
  }
}

extension JSONValue {
  /// A string; `nil` for any other value.
  var plainText: String? { if case .string(let text) = self { text } else { nil } }
}
