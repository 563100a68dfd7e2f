/// What a shell may offer for a value.
package enum CompletionKind: Equatable, Sendable {
  case none
  case file
  case directory
  case choices([String])
  case flow, session, run, provider, model, step, question, method, command
}

/// An option as help, parsing and completion see it.
package protocol OptionDeclaration: Sendable {
  /// Without the dashes.
  var name: String { get }
  var short: Character? { get }
  /// What stands for the value in help; `nil` for an option without one.
  var placeholder: String? { get }
  var help: String { get }
  var completion: CompletionKind { get }
  /// - Returns: `nil` for text that is no such value.
  func read(_ text: String) -> (any Sendable)?
  /// What the value should be, for an error.
  var expectation: String { get }
}

/// An option without a value.
package struct Flag: OptionDeclaration {
  package let name: String
  package let short: Character?
  package let help: String
  package var placeholder: String? { nil }
  package var completion: CompletionKind { .none }
  package var expectation: String { "no value" }

  init(_ name: String, short: Character? = nil, _ help: String) {
    self.name = name
    self.short = short
    self.help = help
  }

  package func read(_ text: String) -> (any Sendable)? { nil }
}

/// An option with a value of a type.
package struct Option<Value: Sendable>: OptionDeclaration {
  package let name: String
  package let short: Character?
  package let placeholder: String?
  package let help: String
  package let completion: CompletionKind
  package let expectation: String
  private let parse: @Sendable (String) -> Value?

  init(
    _ name: String, short: Character? = nil, _ placeholder: String, _ help: String,
    completion: CompletionKind = .none, expecting expectation: String, parse: @escaping @Sendable (String) -> Value?
  ) {
    self.name = name
    self.short = short
    self.placeholder = placeholder
    self.help = help
    self.completion = completion
    self.expectation = expectation
    self.parse = parse
  }

  package func read(_ text: String) -> (any Sendable)? { parse(text) }
}

extension Option where Value == String {
  init(
    _ name: String, short: Character? = nil, _ placeholder: String, _ help: String, completion: CompletionKind = .none
  ) {
    self.init(name, short: short, placeholder, help, completion: completion, expecting: "text that is not empty") {
      $0.isEmpty ? nil : $0
    }
  }
}

extension Option {
  /// An option whose value is one of some words.
  init(_ name: String, _ placeholder: String, _ help: String, oneOf choices: [(String, Value)]) {
    let words = choices.map(\.0)
    self.init(
      name, placeholder, help, completion: .choices(words), expecting: "one of \(words.joined(separator: ", "))"
    ) { text in
      choices.first { $0.0 == text }?.1
    }
  }
}

extension Option where Value == UInt64 {
  init(number name: String, short: Character? = nil, _ placeholder: String, _ help: String) {
    self.init(name, short: short, placeholder, help, expecting: "a whole number") { UInt64($0) }
  }
}

extension Option where Value == Duration {
  init(duration name: String, _ placeholder: String, _ help: String) {
    self.init(name, placeholder, help, expecting: "a time such as 500ms, 30s or 2m") { DurationText.parse($0) }
  }
}

/// `NAME=VALUE`.
package struct Assignment: Equatable, Sendable {
  package var name: String
  package var value: String

  init?(_ text: String) {
    guard let equals = text.firstIndex(of: "="), equals != text.startIndex else { return nil }
    name = String(text[..<equals])
    value = String(text[text.index(after: equals)...])
  }
}

extension Option where Value == Assignment {
  init(assignment name: String, short: Character? = nil, _ placeholder: String, _ help: String) {
    self.init(name, short: short, placeholder, help, expecting: "NAME=VALUE") { Assignment($0) }
  }
}
