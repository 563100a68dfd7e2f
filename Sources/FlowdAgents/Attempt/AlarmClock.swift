internal import FlowdModel
package import FlowdSteps
internal import Glibc

/// Calls closures when their time has come, all on one thread, named `agent-clock`.
///
/// Attempts gather output, wait for a silent agent and end at their timeouts by it. Bounded by its users: each attempt
/// has a few alarms set.
package final class AlarmClock: Sendable {
  /// An alarm that was set.
  package struct Alarm: Hashable, Sendable {
    fileprivate let number: UInt64
  }

  private struct Entry: Sendable {
    let alarm: Alarm
    let instant: MonotonicInstant
    let ring: @Sendable () -> Void
  }

  private struct State: Sendable {
    /// The earliest is the last.
    var entries: [Entry] = []
    var count: UInt64 = 0
    var isStopped = false
  }

  /// Shared with the thread.
  private final class Board: Sendable {
    let state = Locked(State())
    let wake: EventFD

    init() throws(StepsError) { wake = try EventFD() }
  }

  private let board: Board
  private let thread: OwnThread

  /// Starts the thread. Throws when the process is short of descriptors or threads.
  package init() throws(StepsError) {
    let board = try Board()
    self.board = board
    do {
      thread = try OwnThread(named: "agent-clock") { Self.run(board) }
    } catch {
      throw .system(call: "pthread_create", code: error.code)
    }
  }

  deinit { stop() }

  /// Has `ring` called once, at `instant` or soon after.
  ///
  /// - Parameter ring: Called on the clock's thread, which it must not hold up. It may set alarms.
  @discardableResult
  package func set(at instant: MonotonicInstant, _ ring: @escaping @Sendable () -> Void) -> Alarm {
    let (alarm, isEarliest) = board.state.withLock { state in
      state.count += 1
      let alarm = Alarm(number: state.count)
      let place = Self.place(of: instant, among: state.entries)
      state.entries.insert(Entry(alarm: alarm, instant: instant, ring: ring), at: place)
      return (alarm, place == state.entries.count - 1)
    }
    if isEarliest { board.wake.signal() }
    return alarm
  }

  /// Forgets an alarm; one whose closure runs just now is not stopped.
  package func cancel(_ alarm: Alarm) {
    board.state.withLock { state in state.entries.removeAll { $0.alarm == alarm } }
  }

  /// Ends the thread; what is set never rings. Not to be called from an alarm. Later alarms never ring either.
  package func shutdown() {
    stop()
    thread.join()
  }

  private func stop() {
    board.state.withLock { $0.isStopped = true }
    board.wake.signal()
  }

  /// Behind all that are later, before those of the same time, which were set earlier.
  private static func place(of instant: MonotonicInstant, among entries: [Entry]) -> Int {
    var low = 0
    var high = entries.count
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].instant > instant { low = middle + 1 } else { high = middle }
    }
    return low
  }

  // MARK: the thread

  private static func run(_ board: Board) {
    while true {
      board.wake.clear()
      let now = MonotonicInstant.now
      let (due, next) = board.state.withLock { state in
        var due: [Entry] = []
        while let last = state.entries.last, last.instant <= now { due.append(state.entries.removeLast()) }
        return (state.isStopped ? nil : due, state.entries.last?.instant ?? .never)
      }
      guard let due else { return }
      for entry in due { entry.ring() }
      guard due.isEmpty else { continue }
      var waiting = pollfd(fd: board.wake.raw, events: Int16(POLLIN), revents: 0)
      _ = poll(&waiting, 1, next.timeout(from: now))
    }
  }
}
