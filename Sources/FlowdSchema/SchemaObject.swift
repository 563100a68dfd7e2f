/// One mapping of the language: the keys it may have and what they mean.
package struct SchemaObject: Sendable {
  /// In the JSON Schema and in the markers of the reference page.
  package let name: String
  /// As messages call it, such as `a flow`.
  package let place: String
  package let keys: [SchemaKey]
  /// Documented keys of later versions.
  package let notYet: [String]
  /// What to write instead of keys that people know from elsewhere.
  package let instead: [String: String]
  /// Sets of keys of which exactly one must be there.
  package let exactlyOne: [[String]]
  /// Keys of which at most one may be there.
  package let atMostOne: [String]

  package init(
    _ name: String, place: String, keys: [SchemaKey], notYet: [String] = [], instead: [String: String] = [:],
    exactlyOne: [[String]] = [], atMostOne: [String] = []
  ) {
    self.name = name
    self.place = place
    self.keys = keys
    self.notYet = notYet
    self.instead = instead
    self.exactlyOne = exactlyOne
    self.atMostOne = atMostOne
  }

  /// The key of that name, if there is one.
  package func key(_ name: String) -> SchemaKey? { keys.first { $0.name == name } }
}

/// One key of a mapping.
package struct SchemaKey: Sendable {
  package let name: String
  package let type: SchemaType
  /// One sentence, in Markdown.
  package let meaning: String
  package let isRequired: Bool
  /// What holds without it, in Markdown.
  package let standard: String?
  /// The step kinds for which it has a meaning; `nil`: all.
  package let kinds: [StepKind]?
  /// What to write in steps of other kinds.
  package let elsewhere: [StepKind: String]

  package init(
    _ name: String, _ type: SchemaType, _ meaning: String, required: Bool = false, standard: String? = nil,
    kinds: [StepKind]? = nil, elsewhere: [StepKind: String] = [:]
  ) {
    self.name = name
    self.type = type
    self.meaning = meaning
    isRequired = required
    self.standard = standard
    self.kinds = kinds
    self.elsewhere = elsewhere
  }

  /// Whether a step of that kind may have it.
  package func applies(to kind: StepKind) -> Bool { kinds?.contains(kind) ?? true }
}

/// The values of `uses`.
package enum StepKind: String, Sendable, CaseIterable {
  case run, http, agent, script, input, wait, flow
}
