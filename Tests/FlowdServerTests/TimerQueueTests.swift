import Testing

@testable import FlowdServer

@Suite struct TimerQueueTests {
  @Test(arguments: 0..<50)
  func timersComeInTheOrderOfTheirTimes(seed: UInt64) {
    var state = seed
    func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state >> 33
    }
    var timers = TimerQueue()
    var expected: [UInt64] = []
    for _ in 0..<200 {
      let due = next() % 1000
      expected.append(due)
      timers.add(due: due, .deadlines(connection: due))
    }
    var taken: [UInt64] = []
    for now in stride(from: UInt64(0), through: 1000, by: 10) {
      while let action = timers.take(now: now) {
        guard case .deadlines(let due) = action else { continue }
        #expect(due <= now)
        taken.append(due)
      }
    }
    #expect(taken == expected.sorted(), "seed \(seed)")
    #expect(timers.nextDue == nil)
  }
}

@Suite struct CommitPaceTests {
  @Test func oneSlowCommitDoesNotMoveCommitsOffTheLoopAndASlowDiskDoes() {
    var pace = CommitPace()
    for _ in 0..<50 { pace.note(nanoseconds: 200_000) }
    pace.note(nanoseconds: 8_000_000)
    #expect(pace.isShort)
    for _ in 0..<8 { pace.note(nanoseconds: 8_000_000) }
    #expect(!pace.isShort)
    for _ in 0..<40 { pace.note(nanoseconds: 200_000) }
    #expect(pace.isShort)
  }

  @Test func gatheringIsShortOfACommit() {
    var pace = CommitPace()
    for _ in 0..<50 { pace.note(nanoseconds: 200_000) }
    #expect(pace.gatherNanoseconds <= 50_000)
    for _ in 0..<50 { pace.note(nanoseconds: 50_000_000) }
    #expect(pace.gatherNanoseconds == 100_000)
  }
}
