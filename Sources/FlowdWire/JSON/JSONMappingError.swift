internal import FlowdModel

/// Why a JSON value is not a message, or a message has no JSON form.
package struct JSONMappingError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Where, such as `$.expected.revison` or `$.env["A B"]`; `$` is the whole value.
  package var path: String
  /// What was found and what was expected.
  package var message: String

  package init(path: String, message: String) {
    self.path = path
    self.message = message
  }

  package var description: String { "\(path): \(message)" }
}

/// The way from the root to the value in hand.
struct JSONPath {
  enum Step {
    case member(String)
    case key(String)
    case index(Int)
  }

  private var steps: [Step] = []

  mutating func enter(_ step: Step) { steps.append(step) }

  mutating func leave() { steps.removeLast() }

  func mistake(_ message: String) -> JSONMappingError { JSONMappingError(path: text, message: message) }

  private var text: String {
    var text = "$"
    for step in steps {
      switch step {
      case .member(let name) where JSONPath.isIdentifier(name): text += ".\(name)"
      case .member(let name), .key(let name): text += "[\(JSONValue.string(name).text)]"
      case .index(let index): text += "[\(index)]"
      }
    }
    return text
  }

  private static func isIdentifier(_ name: String) -> Bool {
    !name.isEmpty
      && name.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
          || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "@")
      }
  }
}
