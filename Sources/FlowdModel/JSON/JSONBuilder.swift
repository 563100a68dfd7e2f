/// Makes a tree out of what `JSONParser` finds, so that one parser serves values and located file nodes.
package protocol JSONBuilder {
  associatedtype Node
  associatedtype Member
  /// A place in the source, in whatever form the nodes keep it.
  associatedtype Mark

  /// The place of a byte; offsets never decrease from one call to the next.
  mutating func mark(at offset: Int) -> Mark
  /// A value without parts; `end` is the place after its last byte.
  mutating func scalar(_ scalar: JSONScalar, from start: Mark, to end: Mark) -> Node
  /// An array, once all its elements are built.
  mutating func array(_ elements: [Node], from start: Mark) -> Node
  /// A member of an object; the name's mark is that of its opening quote.
  mutating func member(_ name: String, at mark: Mark, value: Node) -> Member
  /// What `member` was given as the name.
  func name(of member: Member) -> String
  /// An object, once all its members are built; their names differ in their bytes.
  mutating func object(_ members: [Member], from start: Mark) -> Node
}

/// A JSON value without parts.
package enum JSONScalar {
  case null
  case bool(Bool)
  /// The text as written.
  case number(String)
  case string(String)
}

/// Builds `JSONValue`s; places are dropped.
struct JSONValueBuilder: JSONBuilder {
  func mark(at offset: Int) {}

  func scalar(_ scalar: JSONScalar, from start: Void, to end: Void) -> JSONValue {
    switch scalar {
    case .null: .null
    case .bool(let value): .bool(value)
    case .number(let text): .number(text)
    case .string(let text): .string(text)
    }
  }

  func array(_ elements: [JSONValue], from start: Void) -> JSONValue { .array(elements) }

  func member(_ name: String, at mark: Void, value: JSONValue) -> JSONValue.Member { .init(name, value) }

  func name(of member: JSONValue.Member) -> String { member.name }

  func object(_ members: [JSONValue.Member], from start: Void) -> JSONValue { .object(members) }
}
