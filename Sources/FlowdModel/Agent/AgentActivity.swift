/// Something an agent does beside its answer.
package struct AgentActivity: Equatable, Sendable {
  package enum Kind: Int, Equatable, Sendable, CaseIterable {
    case thought = 1
    case toolCall = 2
    case plan = 3
    case usage = 4
    /// A permission was asked for and decided without a person.
    case permission = 5
    case notice = 6
  }

  package var kind: Kind
  /// For people; at most `Limits.outputChunkBytesMax` bytes.
  package var text: String

  package init(_ kind: Kind, _ text: String) {
    self.kind = kind
    self.text = text
  }
}

/// A permission that an agent asks for in the middle of its attempt.
package struct AgentQuestion: Equatable, Sendable {
  /// Unique in the attempt.
  package var id: String
  package var prompt: String
  /// What may be answered, such as `allow once`.
  package var options: [String]
  /// The option that denies; what is answered when nobody may be asked.
  package var denial: String

  package init(id: String, prompt: String, options: [String], denial: String) {
    self.id = id
    self.prompt = prompt
    self.options = options
    self.denial = denial
  }
}
