import FlowdModel
import FlowdSteps
import TestSupport
import Testing

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
