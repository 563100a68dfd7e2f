import Glibc
import Testing

@Suite("Simulated lives of the daemon")
struct SimulationTests {
  /// Replays one seed: `FLOWD_SEED=n swift test --filter SimulationTests`.
  private static let chosen = getenv("FLOWD_SEED").flatMap { UInt64(String(cString: $0)) }
  private static let count = getenv("FLOWD_SEEDS").flatMap { UInt64(String(cString: $0)) } ?? 2_000

  @Test("No seed breaks a rule")
  func noSeedBreaksARule() {
    let first = Self.chosen ?? UInt64.random(in: 0..<1_000_000_000)
    let seeds = first..<(first + (Self.chosen == nil ? Self.count : 1))
    print("simulation: seeds \(seeds)")
    for seed in seeds {
      let wrong = Simulation(seed: seed).run()
      guard wrong.isEmpty else {
        Issue.record("FLOWD_SEED=\(seed): \(wrong.prefix(5).joined(separator: "\n"))")
        return
      }
    }
  }

  @Test("The same seed gives the same life")
  func sameSeedSameLife() {
    for seed: UInt64 in 1...20 {
      let lives = (0..<2).map { _ in
        let simulation = Simulation(seed: seed)
        _ = simulation.run()
        return simulation.lab.store.events
      }
      #expect(lives[0] == lives[1], "seed \(seed)")
    }
  }

  @Test("A planted fault is found", arguments: Simulation.Plant.allCases)
  func plantedFaultIsFound(_ plant: Simulation.Plant) {
    let found = (1...200 as ClosedRange<UInt64>).contains { !Simulation(seed: $0, plant: plant).run().isEmpty }
    #expect(found, "200 seeds with \(plant) looked well")
  }
}
