/// Checks what a start gives against what the flow asks for.
package enum InputValidation {
  /// Checks every input and fills in the defaults.
  ///
  /// - Parameters:
  ///   - given: A JSON object.
  ///   - handedOver: Inputs whose value was looked at already: it names a secret of another run.
  /// - Returns: The inputs that have a value, in the order of `definitions`; or everything that is wrong, at most
  ///   `Limits.diagnosticsMax` problems.
  package static func validate(
    given: JSONValue, handedOver: Set<ExactName> = [], against definitions: [InputDefinition]
  ) -> Result<[JSONValue.Member], InputProblems> {
    guard case .object(let members) = given else {
      return .failure(InputProblems([.init(field: "", message: "inputs must be an object, found \(describe(given))")]))
    }
    var problems: [InputProblem] = []
    let known = Set(definitions.map { ExactName($0.name) })
    for member in members where !known.contains(ExactName(member.name)) && problems.count < Limits.diagnosticsMax {
      let hint = NearMiss.hint(for: member.name, among: definitions.lazy.map(\.name))
      problems.append(.init(field: member.name, message: "unknown input \(quoted(member.name))\(hint)"))
    }
    let values = Dictionary(members.map { (ExactName($0.name), $0.value) }, uniquingKeysWith: { first, _ in first })
    var result: [JSONValue.Member] = []
    for definition in definitions {
      if let value = values[ExactName(definition.name)] {
        if !handedOver.contains(ExactName(definition.name)), let message = mismatch(value, definition) {
          problems.append(.init(field: definition.name, message: "input \(quoted(definition.name)) \(message)"))
        }
        result.append(.init(definition.name, value))
      } else if let value = definition.defaultValue {
        result.append(.init(definition.name, value))
      } else if definition.required {
        problems.append(.init(field: definition.name, message: "input \(quoted(definition.name)) is required"))
      }
    }
    return problems.isEmpty ? .success(result) : .failure(InputProblems(Array(problems.prefix(Limits.diagnosticsMax))))
  }

  /// What is wrong with a value, as the end of a sentence that names the input; `nil` for a value that fits.
  package static func mismatch(_ value: JSONValue, _ definition: InputDefinition) -> String? {
    switch (definition.kind, value) {
    case (.json, _), (.number, .number), (.boolean, .bool):
      return nil
    case (.string, .string(let text)):
      // An environment variable ends at a NUL, so the step would see another value than the run records.
      return text.utf8.contains(0) ? "must not hold a NUL character" : nil
    case (.choice, .string(let text)) where definition.options.contains { ExactName($0) == ExactName(text) }:
      return nil
    case (.secret, .string(let text)):
      return isSecretReference(text) ? nil : "is a secret: give a reference such as secret:NAME, not the value itself"
    case (.secret, _): return "must be a reference such as secret:NAME, found \(describe(value))"
    case (.choice, _):
      let options = definition.options.prefix(20).map(quoted).joined(separator: ", ")
      return "must be one of \(options); found \(describe(value))"
    case (.string, _), (.number, _), (.boolean, _):
      return "must be a \(definition.kind.rawValue), found \(describe(value))"
    }
  }

  /// `secret:NAME`, the name as an environment variable has it.
  package static func isSecretReference(_ text: String) -> Bool {
    guard text.hasPrefix("secret:") else { return false }
    let name = text.dropFirst("secret:".count).utf8
    guard let first = name.first, name.count <= Limits.idBytesMax, !(0x30...0x39).contains(first) else { return false }
    return name.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x5F
    }
  }

  private static func describe(_ value: JSONValue) -> String {
    switch value {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .number(let text): "the number \(text.prefix(40))"
    case .string(let text): "the string \(quoted(text))"
    case .array: "an array"
    case .object: "an object"
    }
  }
}

/// One input that is wrong.
package struct InputProblem: Equatable, Sendable {
  /// The input's name; empty when the inputs as a whole are meant.
  package var field: String
  /// A sentence that names the input.
  package var message: String

  package init(field: String, message: String) {
    self.field = field
    self.message = message
  }
}

/// Everything that is wrong with the inputs of a start; never empty.
package struct InputProblems: Error, Equatable, Sendable {
  package var problems: [InputProblem]

  package init(_ problems: [InputProblem]) { self.problems = problems }

  /// The problems' sentences, in their order.
  package var messages: [String] { problems.map(\.message) }
}
