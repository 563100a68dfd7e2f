import FlowdModel
import Testing

struct LockedTests {
  private struct Refused: Error {}

  @Test func noUpdateIsLost() throws {
    let count = Locked(0)
    let threads = try (0..<4).map { number in
      try OwnThread(named: "adder-\(number)") { for _ in 0..<10_000 { count.withLock { $0 += 1 } } }
    }
    for thread in threads { thread.join() }
    #expect(count.withLock { $0 } == 40_000)
  }

  @Test func anErrorReleasesTheLock() {
    let value = Locked(1)
    #expect(throws: Refused.self) { try value.withLock { (_: inout Int) throws(Refused) in throw Refused() } }
    #expect(value.withLock { $0 } == 1)
  }

  @Test func joiningTwiceIsHarmlessAndTheThreadKnowsItself() throws {
    let isCurrent = Locked<Bool?>(nil)
    let holder = Locked<OwnThread?>(nil)
    let go = Locked(false)
    let thread = try OwnThread(named: "self-aware") {
      while !go.withLock({ $0 }) {}
      isCurrent.withLock { $0 = holder.withLock { $0?.isCurrent } }
    }
    holder.withLock { $0 = thread }
    go.withLock { $0 = true }
    thread.join()
    thread.join()
    #expect(isCurrent.withLock { $0 } == true)
    #expect(!thread.isCurrent)
  }
}
