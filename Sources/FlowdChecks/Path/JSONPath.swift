internal import FlowdModel

/// A JSONPath query (RFC 9535) after its `$` or `@`, parsed and well-typed.
struct JSONPath: Equatable {
  var segments: [Segment]

  /// Whether it finds at most one value, whatever it is applied to (RFC 9535 §2.3.5.1).
  var isSingular: Bool { segments.allSatisfy(\.isSingular) }

  struct Segment: Equatable {
    var isDescendant: Bool
    var selectors: [Selector]

    var isSingular: Bool {
      guard !isDescendant, selectors.count == 1 else { return false }
      switch selectors[0] {
      case .name, .index: return true
      case .wildcard, .slice, .filter: return false
      }
    }
  }

  indirect enum Selector: Equatable {
    case name(String)
    case index(Int)
    case wildcard
    case slice(start: Int?, end: Int?, step: Int)
    case filter(Condition)
  }

  /// A path in a filter: of the value that is being looked at (`@`) or of the whole (`$`).
  struct Query: Equatable {
    var isRelative: Bool
    var path: JSONPath
  }

  indirect enum Condition: Equatable {
    case any([Condition])
    case all([Condition])
    case not(Condition)
    case exists(Query)
    case comparison(Operand, CheckPredicate.Operator, Operand)
    case test(Function)
  }

  /// What gives a value, or nothing.
  indirect enum Operand: Equatable {
    case literal(JSONValue)
    case query(Query)
    case function(Function)
  }

  indirect enum Function: Equatable {
    case length(Operand)
    case count(Query)
    case value(Query)
    case match(Operand, Operand)
    case search(Operand, Operand)

    /// Whether it gives true or false, and not a value (RFC 9535 §2.4.1).
    var isTest: Bool {
      switch self {
      case .match, .search: true
      case .length, .count, .value: false
      }
    }
  }
}

/// Why a text is no JSONPath.
struct JSONPathMistake: Error {
  /// In characters, from 1.
  var column: Int
  var message: String

  var text: String { "column \(column): \(message)" }
}
