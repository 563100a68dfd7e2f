/// What the loop does at a time.
enum TimerAction: Equatable {
  /// Some call of the connection may be past its deadline.
  case deadlines(connection: UInt64)
  case probeDisk
  case retryLoads
  case resumeAccepting
  case idleExit
  case drained
  case sweep
  case giveMemoryBack
}

/// Timers of the loop: a binary heap by due time.
struct TimerQueue {
  private struct Entry {
    let due: UInt64
    let action: TimerAction
  }

  private var heap: [Entry] = []

  /// When the next timer is due, in monotonic nanoseconds.
  var nextDue: UInt64? { heap.first?.due }

  mutating func add(due: UInt64, _ action: TimerAction) {
    heap.append(Entry(due: due, action: action))
    var child = heap.count - 1
    while child > 0, heap[(child - 1) / 2].due > heap[child].due {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  /// Takes the next action that is due.
  mutating func take(now: UInt64) -> TimerAction? {
    guard let first = heap.first, first.due <= now else { return nil }
    let last = heap.removeLast()
    guard !heap.isEmpty else { return first.action }
    heap[0] = last
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child].due < heap[least].due {
        least = child
      }
      if least == parent { return first.action }
      heap.swapAt(least, parent)
      parent = least
    }
  }
}
