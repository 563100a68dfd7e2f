import FlowdModel
import Glibc
import TestSupport
import Testing

@Suite("A run that is interrupted ends as one that is not")
struct TwinTests {
  private static let chosen = getenv("FLOWD_SEED").flatMap { UInt64(String(cString: $0)) }
  private static let count = (getenv("FLOWD_SEEDS").flatMap { UInt64(String(cString: $0)) } ?? 500) / 10

  private static func flow(_ seed: UInt64) throws -> PinnedDefinition {
    var random = SplitMix64(seed: seed)
    var flows: [PinnedDefinition] = []
    for id in ["c", "b", "a"] { flows.append(try RandomFlow.make(id, &random, subflows: flows, isDeterministic: true)) }
    return flows[2]
  }

  @Test("Wherever the daemon dies or the disk is full, the run ends with the same results")
  func everywhere() throws {
    let first = Self.chosen ?? UInt64.random(in: 0..<1_000_000_000)
    let seeds = first..<(first + (Self.chosen == nil ? Self.count : 1))
    print("twins: seeds \(seeds)")
    for seed in seeds {
      let flow = try Self.flow(seed)
      let undisturbed = try Twin(flow, seed: seed)
      let expected = try undisturbed.run()
      for interruption in Twin.Interruption.allCases {
        for place in 1...undisturbed.commits {
          let twin = try Twin(flow, seed: seed, interruption, at: place)
          let found = try twin.run()
          guard found == expected, twin.lab.broken.isEmpty else {
            let differences = Set(expected.keys).union(found.keys).sorted().filter { expected[$0] != found[$0] }
              .map { "\($0): \(expected[$0] ?? "-") | \(found[$0] ?? "-")" }
            let broken = twin.lab.broken.joined(separator: "; ")
            Issue.record(
              "FLOWD_SEED=\(seed), \(interruption) at \(place): \(differences.joined(separator: "\n")) \(broken)")
            return
          }
        }
      }
    }
  }

  @Test("A restart that loses an output is noticed")
  func canary() throws {
    let isFound = try (1...100 as ClosedRange<UInt64>).contains { seed in
      let flow = try Self.flow(seed)
      let expected = try Twin(flow, seed: seed).run()
      let twin = try Twin(flow, seed: seed, .diesAfter, at: 4)
      twin.losesAnOutput = true
      return try twin.run() != expected
    }
    #expect(isFound)
  }
}
