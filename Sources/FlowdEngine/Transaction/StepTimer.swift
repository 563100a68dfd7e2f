package import FlowdModel

/// When something of a step is due. It counts only if the step still says so when its time comes.
package struct StepTimer: Equatable, Sendable {
  package let due: Timestamp
  package let session: SessionID
  package let run: RunID
  package let step: Int
}

/// Timers by due time: a binary heap.
struct StepTimers {
  private var heap: [StepTimer] = []

  var nextDue: Timestamp? { heap.first?.due }

  var count: Int { heap.count }

  /// How many there may be before those that count no more are dropped.
  private(set) var purgeCount = Limits.timersPurgeMin

  /// Keeps those that still count.
  mutating func purge(_ counts: (StepTimer) -> Bool) {
    // An ascending list is a heap.
    heap = heap.filter(counts).sorted { $0.due < $1.due }
    purgeCount = max(Limits.timersPurgeMin, heap.count * 2)
  }

  mutating func insert(_ timer: StepTimer) {
    heap.append(timer)
    var child = heap.count - 1
    while child > 0, heap[(child - 1) / 2].due > heap[child].due {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  /// Takes the next timer that is due.
  mutating func take(now: Timestamp) -> StepTimer? {
    guard let first = heap.first, first.due <= now, let last = heap.popLast() else { return nil }
    guard !heap.isEmpty else { return first }
    heap[0] = last
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child].due < heap[least].due {
        least = child
      }
      if least == parent { return first }
      heap.swapAt(least, parent)
      parent = least
    }
  }
}
