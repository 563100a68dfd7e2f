import TestSupport
@testable import FlowdWire

/// Writes random messages by their descriptors, in the one form that an encoder gives them.
struct RandomMessage {
  var random: SplitMix64
  private let pool = DescriptorPool.contract

  private static let texts = [
    "x", "é", "e\u{301}", "\u{10FFFF}", "\u{1F469}\u{200D}", " ", "\u{1}", "a/b", String(repeating: "y", count: 130),
  ]
  private static let numbers: [UInt64] = [
    1, 2, 127, 128, 300, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0x1_0000_0000, 0x7FFF_FFFF_FFFF_FFFF, .max, .max - 1,
  ]

  init(seed: UInt64) { random = SplitMix64(seed: seed) }

  /// Fields by rising number, defaults left out, at most one of a `oneof` and at most one entry of a map, whose order
  /// an encoder may choose.
  mutating func bytes(of descriptor: MessageDescriptor, depth: Int = 0) -> [UInt8] {
    var output: [UInt8] = []
    var taken: Set<Int> = []
    for field in descriptor.fields.sorted(by: { $0.number < $1.number }) where !random.oneIn(3) {
      if let oneof = field.oneof, !taken.insert(oneof).inserted { continue }
      if case .message = field.type, depth > 3 { continue }
      output += encoded(field, depth)
    }
    return output
  }

  private mutating func encoded(_ found: FieldDescriptor, _ depth: Int) -> [UInt8] {
    let number = UInt64(found.number)
    switch found.shape {
    case .singular: return single(number, found.type, depth, mayBeDefault: found.oneof != nil)
    case .map: return single(number, found.type, depth, mayBeDefault: true)
    case .repeated:
      let count = 1 + random.below(4)
      guard found.type.wireType == .varint else {
        return (0..<count).flatMap { _ in single(number, found.type, depth, mayBeDefault: true) }
      }
      var packed: [UInt8] = []
      for _ in 0..<count { ProtobufWriter.append(varint: value(found.type, mayBeDefault: true), to: &packed) }
      return field(number, packed)
    }
  }

  private mutating func single(_ number: UInt64, _ type: FieldType, _ depth: Int, mayBeDefault: Bool) -> [UInt8] {
    switch type {
    case .message(let index): return field(number, bytes(of: pool.messages[index], depth: depth + 1))
    case .string:
      return field(number, mayBeDefault && random.oneIn(4) ? "" : Self.texts[random.below(Self.texts.count)])
    case .bytes:
      let count = random.below(20) + (mayBeDefault ? 0 : 1)
      return field(number, (0..<count).map { _ in UInt8(random.below(256)) })
    default: return field(number, varint: value(type, mayBeDefault: mayBeDefault))
    }
  }

  /// The contract has no other numbers than varints; `everyNumberIsAVarint` says so.
  private mutating func value(_ type: FieldType, mayBeDefault: Bool) -> UInt64 {
    if mayBeDefault, random.oneIn(4) { return 0 }
    let number = Self.numbers[random.below(Self.numbers.count)]
    switch type {
    case .bool: return 1
    case .uint32: return UInt64(max(1, UInt32(truncatingIfNeeded: number)))
    case .int32, .enumeration:
      let narrow = Int32(truncatingIfNeeded: random.oneIn(2) ? number % 12 : number)
      return UInt64(bitPattern: Int64(narrow == 0 ? -1 : narrow))
    default: return number
    }
  }
}
