import FlowdModel
import Glibc
import Testing

@testable import FlowdWire

/// What Google's protobuf package for Python makes of some messages; `scripts/generate-json-fixtures` writes it.
struct JSONMappingTable {
  struct Accepted: Sendable, CustomTestStringConvertible {
    var message: String
    var json: JSONValue
    var bytes: [UInt8]
    var output: JSONValue
    var outputWithDefaults: JSONValue
    var testDescription: String { "\(message) \(json.text)" }
  }

  struct Refused: Sendable, CustomTestStringConvertible {
    var message: String
    var json: JSONValue
    var testDescription: String { "\(message) \(json.text)" }
  }

  static let shared: JSONMappingTable = {
    do {
      return try JSONMappingTable()
    } catch {
      preconditionFailure("the table cannot be read: \(error)")
    }
  }()

  var kinds: JSONCodec
  var accepted: [Accepted] = []
  var refused: [Refused] = []

  private init() throws {
    let root = try JSONValue(parsing: JSONMappingTable.read("Fixtures/json_mapping.json"))
    kinds = JSONCodec(pool: try DescriptorPool(try JSONMappingTable.bytes(root["descriptors"])))
    for entry in try JSONMappingTable.elements(root["accepted"]) {
      accepted.append(
        Accepted(
          message: try JSONMappingTable.text(entry["message"]), json: try #require(entry["json"]),
          bytes: try JSONMappingTable.bytes(entry["bytes"]), output: try #require(entry["output"]),
          outputWithDefaults: try #require(entry["outputWithDefaults"])))
    }
    for entry in try JSONMappingTable.elements(root["refused"]) {
      refused.append(
        Refused(message: try JSONMappingTable.text(entry["message"]), json: try #require(entry["json"])))
    }
  }

  func codec(for message: String) -> JSONCodec { message.hasPrefix("test.") ? kinds : .contract }

  private static func text(_ value: JSONValue?) throws -> String {
    guard case .string(let text)? = value else { throw TableError() }
    return text
  }

  private static func bytes(_ value: JSONValue?) throws -> [UInt8] {
    try #require(Base64.bytes(of: try text(value)))
  }

  private static func elements(_ value: JSONValue?) throws -> [JSONValue] {
    guard case .array(let elements)? = value else { throw TableError() }
    return elements
  }

  private static func read(_ name: String) throws -> [UInt8] {
    let folder = #filePath.split(separator: "/").dropLast().map { "/\($0)" }.joined()
    let descriptor = open("\(folder)/\(name)", O_RDONLY)
    guard descriptor >= 0 else { throw TableError() }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      guard count > 0 else { return bytes }
      bytes += buffer[..<count]
    }
  }

  private struct TableError: Error {}
}

extension JSONValue {
  /// Equal as the mapping sees it: members in any order, numbers by value.
  func means(_ other: JSONValue) -> Bool {
    switch (self, other) {
    case (.number(let left), .number(let right)): left == right || Double(left) == Double(right)
    case (.array(let left), .array(let right)):
      left.count == right.count && zip(left, right).allSatisfy { $0.means($1) }
    case (.object(let left), .object(let right)):
      left.count == right.count
        && left.allSatisfy { member in other[member.name].map { member.value.means($0) } ?? false }
    default: self == other
    }
  }
}
