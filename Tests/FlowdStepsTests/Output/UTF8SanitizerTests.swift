import TestSupport
import Testing

@testable import FlowdSteps

struct UTF8SanitizerTests {
  static let samples: [[UInt8]] = [
    Array("plain ASCII, long enough for whole words".utf8),
    Array("zwölf Boxkämpfer €𝄞 jagen".utf8),
    [0x00], [0x41, 0x00, 0x42], [0x80], [0xBF, 0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xF5, 0x80, 0x80, 0x80], [0xFF],
    // Over-long, surrogates, beyond U+10FFFF, cut off in every place.
    [0xE0, 0x80, 0x80], [0xE0, 0xA0, 0x80], [0xED, 0xA0, 0x80], [0xED, 0x9F, 0xBF], [0xEE, 0x80, 0x80],
    [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x90, 0x80, 0x80], [0xF4, 0x8F, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80],
    [0xC3], [0xE2, 0x82], [0xF0, 0x9D, 0x84], [0xC3, 0x41], [0xE2, 0x82, 0x41], [0xF0, 0x9D, 0x84, 0x41],
    [0xE2, 0xC3, 0xA4], [0xF0, 0x9D, 0xE2, 0x82, 0xAC, 0xF0, 0x9D, 0x84, 0x9E], [0x41, 0xC3, 0x00, 0x42],
    [0x31, 0x80, 0x32, 0xE2, 0x28, 0xA1, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x80, 0xC3, 0xA4],
  ]

  @Test(arguments: samples)
  func anyTwoCutsGiveWhatTheWholeGives(sample: [UInt8]) {
    let whole = sanitized([sample])
    for first in 0...sample.count {
      for second in first...sample.count {
        let pieces = [Array(sample[..<first]), Array(sample[first..<second]), Array(sample[second...])]
        #expect(sanitized(pieces) == whole, "cut at \(first) and \(second)")
      }
    }
    let bytewise = sanitized(sample.map { [$0] })
    #expect(bytewise == whole)
  }

  @Test(arguments: samples)
  func theResultIsWhatTheStandardLibraryRepairsWithNulReplaced(sample: [UInt8]) {
    let repaired = String(decoding: sample, as: UTF8.self).unicodeScalars.map { $0 == "\0" ? "\u{FFFD}" : $0 }
    var expected = String.UnicodeScalarView()
    expected.append(contentsOf: repaired)
    #expect(String(decoding: sanitized([sample]), as: UTF8.self).unicodeScalars.elementsEqual(expected))
  }

  @Test func everyScalarPassesUnchanged() {
    var text: [UInt8] = []
    for value in UInt32(1)...0x10FFFF {
      if let scalar = Unicode.Scalar(value), value < 0x3000 || value % 97 == 0 {
        text += UTF8.encode(scalar) ?? .init()
      }
    }
    #expect(sanitized([text]) == text)
  }

  @Test func randomBytesGiveTheSameHoweverTheyAreCut() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SplitMix64(seed: seed)
    for _ in 0..<300 {
      let bytes = (0..<60).map { _ in
        UInt8.random(in: 0...255, using: &random) | (Bool.random(using: &random) ? 0x80 : 0)
      }
      let cut = Int.random(in: 0...60, using: &random)
      let whole = sanitized([bytes])
      #expect(sanitized([Array(bytes[..<cut]), Array(bytes[cut...])]) == whole, "seed \(seed)")
      #expect(Array(String(decoding: whole, as: UTF8.self).utf8) == whole && !whole.contains(0), "seed \(seed)")
    }
  }

  private func sanitized(_ pieces: [[UInt8]]) -> [UInt8] {
    var sanitizer = UTF8Sanitizer()
    var output: [UInt8] = []
    for piece in pieces { piece.withUnsafeBytes { sanitizer.append($0, to: &output) } }
    sanitizer.finish(to: &output)
    return output
  }
}
