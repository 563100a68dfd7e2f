internal import FlowdModel

/// What `type` may ask for.
enum JSONTypeName: String, CaseIterable {
  case string, number, integer, boolean, null, array, object

  static let list = allCases.map(\.rawValue).joined(separator: ", ")

  func fits(_ finding: Finding) -> Bool {
    switch finding {
    case .failed, .nothing: false
    case .value(let value): fits(value)
    case .values: self == .array
    case .output, .text, .texts: self == .string
    case .number, .milliseconds: self == .number || self == .integer
    }
  }

  private func fits(_ value: JSONValue) -> Bool {
    switch value {
    case .string: self == .string
    case .number(let text): self == .number || (self == .integer && DecimalNumber(text)?.isInteger == true)
    case .bool: self == .boolean
    case .null: self == .null
    case .array: self == .array
    case .object: self == .object
    }
  }
}

extension JSONValue {
  /// What it is, for a message.
  var kind: String {
    switch self {
    case .null: "null"
    case .bool: "a boolean"
    case .number: "a number"
    case .string: "a text"
    case .array: "an array"
    case .object: "an object"
    }
  }

  /// What is looked for in a text.
  var asText: String? {
    switch self {
    case .string(let text), .number(let text): text
    case .bool(let value): value ? "true" : "false"
    case .null, .array, .object: nil
    }
  }

  /// A number, or a text that is one.
  var asNumber: DecimalNumber? {
    switch self {
    case .number(let text), .string(let text): DecimalNumber(text)
    case .null, .bool, .array, .object: nil
    }
  }
}
