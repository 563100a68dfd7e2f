import FlowdModel
import TestSupport
import Testing

@testable import FlowdWire

@Suite struct FrameDecoderTests {
  /// Frames of every kind that clients send, and what they are.
  private static let conversation: (bytes: [UInt8], found: [Found]) = {
    var bytes: [UInt8] = []
    var found: [Found] = []
    for (index, size) in [0, 1, 9, 10, 11, 70, 0, 300].enumerated() {
      let header = FrameHeader(
        length: UInt32(size), stream: UInt32(index * 2 + 1), type: UInt8(index), flags: UInt8(index * 7))
      let body = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ index) }
      bytes += header.frame(body)
      found.append(.frame(header, body: body))
    }
    return (bytes, found)
  }()

  @Test func cutsTheSameFramesAtEverySplitPoint() {
    let (bytes, found) = Self.conversation
    for split in bytes.indices {
      #expect(frames(of: [bytes[..<split], bytes[split...]]) == found, "split at \(split)")
    }
  }

  @Test func cutsTheSameFramesFromSingleBytesAndFromRandomPieces() {
    let (bytes, found) = Self.conversation
    #expect(frames(of: bytes.indices.map { bytes[$0...$0] }) == found)
    for seed: UInt64 in 1...300 {
      var random = SplitMix64(seed: seed)
      var pieces: [ArraySlice<UInt8>] = []
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = 1 + random.below(min(rest.count, 40))
        pieces.append(rest.prefix(count))
        rest = rest.dropFirst(count)
      }
      #expect(frames(of: pieces) == found, "seed \(seed)")
    }
  }

  @Test(arguments: [Limits.frameBytesMax - 1, Limits.frameBytesMax])
  func takesBodiesUpToTheBound(_ size: Int) {
    let header = FrameHeader(length: UInt32(size), stream: 1, type: 1)
    let body = [UInt8](repeating: 7, count: size)
    let bytes = header.frame(body)
    for pieces in [
      [bytes[...]], [bytes[..<10], bytes[10...]], [bytes[..<3], bytes[3..<1_000_000], bytes[1_000_000...]],
    ] {
      #expect(frames(of: pieces) == [.frame(header, body: body)])
    }
  }

  @Test(arguments: [Limits.frameBytesMax + 1, 5_000_000, 0xFF_FFFF])
  func discardsALongerBodyAndDecodesTheRest(_ size: Int) {
    let header = FrameHeader(length: UInt32(size), stream: 3, type: 1)
    let next = FrameHeader(length: 2, stream: 5, type: 1)
    // The body looks like frames, which it must not be taken for.
    let inner = next.frame([9, 9])
    var bytes = header.frame([])
    bytes[1...3] = [UInt8(size >> 16 & 0xFF), UInt8(size >> 8 & 0xFF), UInt8(size & 0xFF)]
    bytes += (0..<size).map { inner[$0 % inner.count] }
    bytes += next.frame([1, 2])
    let expected: [Found] = [.oversize(header), .frame(next, body: [1, 2])]
    #expect(frames(of: [bytes[...]]) == expected)
    #expect(
      frames(of: [bytes[..<4], bytes[4..<11], bytes[11..<(bytes.count - 5)], bytes[(bytes.count - 5)...]]) == expected)
    #expect(frames(of: [bytes[..<10], bytes[10...]]) == expected)
  }

  @Test(arguments: [0x0100_0000, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0x4745_5420] as [UInt32])
  func isOutOfStepBeyond16MiB(_ length: UInt32) {
    let good = FrameHeader(length: 1, stream: 1, type: 1).frame([5])
    let bad = FrameHeader(length: length, stream: 3, type: 1)
    var bytes = good
    bad.append(to: &bytes)
    let expected: [Found] = [.frame(FrameHeader(length: 1, stream: 1, type: 1), body: [5]), .outOfStep(bad)]
    for split in bytes.indices { #expect(frames(of: [bytes[..<split], bytes[split...]]) == expected) }
  }

  @Test func keepsOnlyWhatHasArrived() throws {
    var decoder = FrameDecoder()
    var received = 0
    func feed(_ bytes: [UInt8]) throws {
      received += bytes.count
      try bytes.withUnsafeBytes { try decoder.receive($0) { _ in true } }
      #expect(decoder.pendingByteCount <= received)
    }
    try feed([0, 0x40, 0, 0, 0, 0, 0, 1, 1])
    #expect(decoder.pendingByteCount == 9)
    for _ in 0..<50 { try feed([UInt8](repeating: 0, count: 100)) }
    #expect(decoder.pendingByteCount == received)
    try feed([UInt8](repeating: 0, count: Limits.frameBytesMax + FrameHeader.byteCount - received))
    #expect(decoder.pendingByteCount == 0)
    // Of a body that is discarded nothing is kept.
    try feed([0, 0x40, 0, 1, 0, 0, 0, 3, 1, 0])
    for _ in 0..<50 { try feed([UInt8](repeating: 0, count: 1_000)) }
    #expect(decoder.pendingByteCount == 0)
  }

  @Test func stopsWhenItsHandlerSaysSo() throws {
    var decoder = FrameDecoder()
    var count = 0
    try Self.conversation.bytes.withUnsafeBytes { bytes in
      try decoder.receive(bytes) { _ in
        count += 1
        return count < 3
      }
    }
    #expect(count == 3)
  }
}
