import TestSupport
import Testing

@testable import FlowdWire

@Suite struct UTF8ValidationTests {
  private func isText(_ bytes: [UInt8]) -> Bool { bytes.withUnsafeBytes { UTF8Validation.isText($0) } }

  /// The first and last of each length and around the surrogates (Unicode, table 3-7).
  @Test(arguments: [
    0x01, 0x7F, 0x80, 0x7FF, 0x800, 0xFFF, 0x1000, 0xD7FF, 0xE000, 0xFFFD, 0xFFFF, 0x1_0000, 0xF_FFFF, 0x10_FFFF,
  ])
  func takesScalars(_ value: UInt32) throws {
    let scalar = try #require(Unicode.Scalar(value))
    let bytes = Array(String(Character(scalar)).utf8)
    #expect(isText(bytes))
    // Cut anywhere it is none, also at the end of more text.
    for cut in 1..<max(1, bytes.count) where cut < bytes.count {
      #expect(!isText(Array(bytes.prefix(cut))))
      #expect(!isText(Array(bytes.dropFirst(cut))))
      #expect(!isText(Array("text of more than eight bytes ".utf8) + bytes.prefix(cut)))
    }
  }

  private static let wrong: [[UInt8]] = [
    [0], [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC2, 0x7F], [0xC2, 0xC0], [0xE0, 0x80, 0x80],
    [0xE0, 0x9F, 0xBF],
    [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xE1, 0x80, 0x00], [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x8F, 0xBF, 0xBF],
    [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xFE], [0xFF], [0xC2],
    [0xE1, 0x80],
    [0xF1, 0x80, 0x80],
  ]

  @Test(arguments: wrong)
  func refusesWhatIsNone(_ bytes: [UInt8]) {
    #expect(!isText(bytes))
    for before in 0...17 {
      for after in [0, 1, 7, 8, 9] {
        let around = [UInt8](repeating: 0x61, count: before) + bytes + [UInt8](repeating: 0x62, count: after)
        #expect(!isText(around), "\(before) before, \(after) after")
      }
    }
  }

  @Test func agreesWithSwift() {
    for seed: UInt64 in 1...5_000 {
      var random = SplitMix64(seed: seed)
      var bytes = Array("aé€\u{10348}z0123456789".utf8)
      for _ in 0..<random.below(3) { bytes[random.below(bytes.count)] = UInt8(random.below(256)) }
      let expected = String(validating: bytes, as: UTF8.self) != nil && !bytes.contains(0)
      #expect(isText(bytes) == expected, "seed \(seed): \(bytes)")
    }
    #expect(isText([]))
  }
}
