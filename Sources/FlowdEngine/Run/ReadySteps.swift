/// Step indices in ascending order: a binary heap.
struct ReadySteps {
  private var heap: [Int] = []

  var isEmpty: Bool { heap.isEmpty }

  /// Takes out all steps of a range.
  mutating func remove(in range: Range<Int>) {
    heap.removeAll(where: range.contains)
    // An ascending list is a heap.
    heap.sort()
  }

  mutating func insert(_ index: Int) {
    heap.append(index)
    var child = heap.count - 1
    while child > 0, heap[(child - 1) / 2] > heap[child] {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func removeFirst() -> Int? {
    guard let first = heap.first, let last = heap.popLast() else { return nil }
    guard !heap.isEmpty else { return first }
    heap[0] = last
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child] < heap[least] {
        least = child
      }
      if least == parent { return first }
      heap.swapAt(least, parent)
      parent = least
    }
  }
}
