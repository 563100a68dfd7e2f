import FlowdFiles
import FlowdModel
import TestSupport
import Testing

struct FlowMutationTests {
  /// How many seeds each test case tries.
  private static let batch: UInt64 = 100

  @Test(arguments: 0..<8) func aDamagedFlowIsReadOrRefusedInItsPlace(first: UInt64) {
    for seed in first * Self.batch..<(first + 1) * Self.batch { damage(seed: seed) }
  }

  private func damage(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let flow = seed % 2 == 0 ? fullFlow : outwardFlow
    var bytes = seed % 3 == 0 ? parse(flow).canonicalJSON : Array(flow.utf8)
    for _ in 0..<Int.random(in: 1...5, using: &random) { mutate(&bytes, using: &random) }
    let result = FlowFile.parse(bytes, id: "id", file: "f")
    let lineCount = bytes.count { $0 == 0x0A || $0 == 0x0D } + 1
    #expect(result.diagnostics.count <= Limits.diagnosticsMax, "seed \(seed)")
    for diagnostic in result.diagnostics {
      #expect((1...lineCount).contains(diagnostic.line) && diagnostic.column >= 1, "seed \(seed): \(diagnostic)")
    }
    #expect((result.definition == nil) == result.diagnostics.contains { $0.severity == .error }, "seed \(seed)")
    if result.definition != nil {
      #expect(FlowFile.parse(result.canonicalJSON, id: "id", file: "f").meaning == result.meaning, "seed \(seed)")
    }
  }

  private func mutate(_ bytes: inout [UInt8], using random: inout SplitMix64) {
    let index = Int.random(in: 0..<bytes.count, using: &random)
    let other = Int.random(in: 0..<bytes.count, using: &random)
    let special = Array("{}[]:,-#&*!|>'\"%@`$\\\n\r\t \u{1}\u{85}0~".utf8) + [0, 0xFF, 0xC3]
    switch Int.random(in: 0..<7, using: &random) {
    case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
    case 1: bytes[index] = special.randomElement(using: &random) ?? 0
    case 2: bytes.insert(special.randomElement(using: &random) ?? 0, at: index)
    case 3: bytes.remove(at: index)
    case 4: bytes.swapAt(index, other)
    case 5: bytes.removeSubrange(min(index, other)..<min(max(index, other), min(index, other) + 40))
    default:
      bytes.insert(contentsOf: bytes[min(index, other)..<min(max(index, other), min(index, other) + 40)], at: index)
    }
    if bytes.isEmpty { bytes = [0x61] }
  }
}
