import FlowdModel
import FlowdSteps
import Testing

/// A random source that a test can repeat (SplitMix64).
struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

extension Collection where Element == UInt8, Index == Int {
  /// The bytes in pieces of random lengths from 1 to `most`.
  func cut(upTo most: Int, using random: inout SplitMix64) -> [[UInt8]] {
    var pieces: [[UInt8]] = []
    var at = startIndex
    while at < endIndex {
      let end = Swift.min(at + Int.random(in: 1...most, using: &random), endIndex)
      pieces.append(Array(self[at..<end]))
      at = end
    }
    return pieces
  }
}
