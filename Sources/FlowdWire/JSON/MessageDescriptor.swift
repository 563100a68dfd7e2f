/// What a message is made of, as its `.proto` file says.
package struct MessageDescriptor: Sendable {
  /// Such as `flowd.v1.SessionMeta`.
  package let fullName: String
  /// By rising number.
  package let fields: [FieldDescriptor]
  /// The entries of a map field; never a value of its own.
  package let isMapEntry: Bool
  private let indexByName: [String: Int]
  private let indexByNumber: [UInt32: Int]

  init(fullName: String, fields: [FieldDescriptor], isMapEntry: Bool) {
    let fields = fields.sorted { $0.number < $1.number }
    self.fullName = fullName
    self.fields = fields
    self.isMapEntry = isMapEntry
    var byName: [String: Int] = [:]
    var byNumber: [UInt32: Int] = [:]
    for (index, field) in fields.enumerated() {
      byName[field.name] = index
      byNumber[field.number] = index
    }
    for (index, field) in fields.enumerated() { byName[field.jsonName] = index }
    indexByName = byName
    indexByNumber = byNumber
  }

  /// Finds a field by its JSON name (`sessionId`) or the one in the `.proto` file (`session_id`).
  func index(named name: String) -> Int? { indexByName[name] }

  func index(numbered number: UInt32) -> Int? { indexByNumber[number] }

  /// The field with a number, which descriptors of map entries and well-known types are sure to have.
  func field(numbered number: UInt32) -> FieldDescriptor? { index(numbered: number).map { fields[$0] } }
}

/// One field of a message.
package struct FieldDescriptor: Sendable {
  package enum Shape: Equatable, Sendable {
    case singular
    case repeated
    case map
  }

  /// As in the `.proto` file.
  package let name: String
  /// Lower-camel, or as the `.proto` file's `json_name` says.
  package let jsonName: String
  package let number: UInt32
  package let shape: Shape
  package let type: FieldType
  /// Which of the message's `oneof` declarations it belongs to.
  package let oneof: Int?
  let isPacked: Bool
}

/// The type of a field's value; nested types are indices into the pool.
package enum FieldType: Equatable, Sendable {
  case double, float
  case int32, int64, uint32, uint64, sint32, sint64
  case fixed32, fixed64, sfixed32, sfixed64
  case bool, string, bytes
  case message(Int)
  case enumeration(Int)

  var wireType: FieldReader.WireType {
    switch self {
    case .double, .fixed64, .sfixed64: .fixed64
    case .float, .fixed32, .sfixed32: .fixed32
    case .int32, .int64, .uint32, .uint64, .sint32, .sint64, .bool, .enumeration: .varint
    case .string, .bytes, .message: .lengthDelimited
    }
  }
}

/// The names of an enum's numbers.
package struct EnumDescriptor: Sendable {
  package let fullName: String
  /// In the order of the file; the first is the default.
  package let names: [String]
  private let numberByName: [String: Int32]
  private let nameByNumber: [Int32: String]

  init(fullName: String, values: [(name: String, number: Int32)]) {
    self.fullName = fullName
    names = values.map(\.name)
    numberByName = Dictionary(values.map { ($0.name, $0.number) }) { first, _ in first }
    nameByNumber = Dictionary(values.map { ($0.number, $0.name) }) { first, _ in first }
  }

  func number(named name: String) -> Int32? { numberByName[name] }

  func name(of number: Int32) -> String? { nameByNumber[number] }
}
