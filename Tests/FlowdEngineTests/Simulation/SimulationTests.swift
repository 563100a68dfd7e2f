import Glibc
import Testing

@Suite("Simulated lives of the daemon")
struct SimulationTests {
  /// Replays one seed and tells what happened: `FLOWD_SEED=n swift test --filter SimulationTests`.
  private static let chosen = getenv("FLOWD_SEED").flatMap { UInt64(String(cString: $0)) }
  private static let count = getenv("FLOWD_SEEDS").flatMap { UInt64(String(cString: $0)) } ?? 1_000

  @Test("No seed breaks a rule")
  func noSeedBreaksARule() throws {
    let first = Self.chosen ?? UInt64.random(in: 0..<1_000_000_000)
    let seeds = first..<(first + (Self.chosen == nil ? Self.count : 1))
    print("simulation: seeds \(seeds)")
    for seed in seeds {
      let simulation = try Simulation(seed: seed)
      let wrong = simulation.run()
      if Self.chosen != nil { simulation.tell() }
      guard wrong.isEmpty else {
        Issue.record("FLOWD_SEED=\(seed): \(wrong.prefix(5).joined(separator: "\n"))")
        return
      }
    }
  }

  @Test("The same seed gives the same life")
  func sameSeedSameLife() throws {
    for seed: UInt64 in 1...20 {
      let lives = try (0..<2).map { _ in
        let simulation = try Simulation(seed: seed)
        _ = simulation.run()
        return simulation.lab.store.events
      }
      #expect(lives[0] == lives[1], "seed \(seed)")
    }
  }

  @Test("A planted fault is found", arguments: Simulation.Plant.allCases)
  func plantedFaultIsFound(_ plant: Simulation.Plant) throws {
    let found = try (1...300 as ClosedRange<UInt64>).contains { try !Simulation(seed: $0, plant: plant).run().isEmpty }
    #expect(found, "300 seeds with \(plant) looked well")
  }
}
