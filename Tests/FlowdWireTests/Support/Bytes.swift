import FlowdModel
import Glibc
import TestSupport
import Testing

@testable import FlowdWire

/// The bytes of a hexadecimal text.
func bytes(hex: String) -> [UInt8] {
  let digits = Array(hex.utf8)
  return stride(from: 0, to: digits.count - 1, by: 2).compactMap { at in
    UInt8(String(decoding: digits[at...at + 1], as: UTF8.self), radix: 16)
  }
}

/// One field as it is on the wire.
func field(_ number: UInt64, varint value: UInt64) -> [UInt8] {
  var output: [UInt8] = []
  ProtobufWriter.append(varint: number << 3, to: &output)
  ProtobufWriter.append(varint: value, to: &output)
  return output
}

func field(_ number: UInt64, _ content: [UInt8]) -> [UInt8] {
  var output: [UInt8] = []
  ProtobufWriter.append(varint: number << 3 | 2, to: &output)
  ProtobufWriter.append(varint: UInt64(content.count), to: &output)
  return output + content
}

func field(_ number: UInt64, _ text: String) -> [UInt8] { field(number, Array(text.utf8)) }

/// Decodes, and returns why not as a value that tests can compare.
func decode<M: Message>(_: M.Type, _ bytes: [UInt8]) -> Result<M, WireError> {
  do throws(WireError) {
    return .success(try M(decoding: bytes))
  } catch {
    return .failure(error)
  }
}

extension Result where Failure == WireError {
  var isMalformed: Bool {
    if case .failure(.malformed) = self { true } else { false }
  }

  var isTooLarge: Bool {
    if case .failure(.tooLarge) = self { true } else { false }
  }

  var isSuccess: Bool {
    if case .success = self { true } else { false }
  }
}

extension SplitMix64 {
  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

  mutating func oneIn(_ count: Int) -> Bool { below(count) == 0 }
}
