import FlowdModel
import Glibc
import Testing

@testable import FlowdWire

/// One file of `proto/vectors`: bytes on the wire and what they mean, made with Google's protobuf.
enum VectorFile {
  struct Broken: Error {
    let what: String
  }

  /// The elements of the list that has the file's name.
  static func load(_ name: String) -> [JSONValue] {
    do {
      let root = try JSONValue(parsing: read(name))
      guard case .array(let elements)? = root[name], !elements.isEmpty else { throw Broken(what: name) }
      return elements
    } catch {
      preconditionFailure("proto/vectors/\(name).json cannot be read: \(error)")
    }
  }

  private static func read(_ name: String) throws -> [UInt8] {
    let folders = #filePath.split(separator: "/").dropLast(4)
    let path = "/" + folders.joined(separator: "/") + "/proto/vectors/\(name).json"
    guard let file = fopen(path, "r") else { throw Broken(what: path) }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
    return bytes
  }
}

extension JSONValue {
  func text(_ name: String) throws -> String {
    guard case .string(let text)? = self[name] else { throw VectorFile.Broken(what: "\(name) of \(self.text)") }
    return text
  }

  func int(_ name: String) throws -> Int {
    guard case .number(let text)? = self[name], let value = Int(text) else {
      throw VectorFile.Broken(what: "\(name) of \(self.text)")
    }
    return value
  }

  func elements(_ name: String) throws -> [JSONValue] {
    guard case .array(let elements)? = self[name] else { throw VectorFile.Broken(what: "\(name) of \(self.text)") }
    return elements
  }

  /// `hex`, and `repeat` as often as it says; `nil` when a variable is part of the bytes.
  func wholeBytes() throws -> [UInt8]? {
    guard case .string(let hex)? = self["hex"] else { return nil }
    var result = bytes(hex: hex)
    if let again = self["repeat"], again != .null {
      let piece = bytes(hex: try again.text("hex"))
      for _ in 0..<(try again.int("count")) { result += piece }
    }
    return result
  }

  /// The header that a vector names by its parts.
  func header(length: Int) throws -> FrameHeader {
    FrameHeader(
      length: UInt32(length), stream: UInt32(try int("stream")), type: UInt8(try int("type")),
      flags: UInt8(try int("flags")))
  }
}

/// A vector as an argument of a test, told by its name.
struct Vector: Sendable, CustomTestStringConvertible {
  let value: JSONValue

  var testDescription: String { (try? value.text("name")) ?? value.text }

  static func all(_ file: String) -> [Vector] { VectorFile.load(file).map { Vector(value: $0) } }
}
