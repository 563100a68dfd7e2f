/// Which step needs which, by index.
struct StepGraph {
  /// For each step the steps it needs.
  let needs: [[Int]]

  init(_ needs: [[Int]]) { self.needs = needs }

  func cycles() -> Cycles { Cycles(needs: needs) }

  /// Every step's needs, and theirs, and so on. The graph must have no cycles.
  func ancestors() -> Ancestors {
    var ancestors = Ancestors(count: needs.count)
    var visit = DepthFirstVisit(needs: needs)
    while let event = visit.next() {
      if case .left(let step) = event {
        for needed in needs[step] { ancestors.insert(needed, andItsAncestorsTo: step) }
      }
    }
    return ancestors
  }

  /// Cycles, one for each edge that closes one; every cyclic graph has at least one.
  struct Cycles: IteratorProtocol {
    private var visit: DepthFirstVisit
    private(set) var foundAny = false

    init(needs: [[Int]]) { visit = DepthFirstVisit(needs: needs) }

    /// The steps of a cycle, each needing the next and the last the first; the lowest index is first.
    mutating func next() -> [Int]? {
      while let event = visit.next() {
        guard case .closed(let cycle) = event else { continue }
        foundAny = true
        guard let lowest = cycle.indices.min(by: { cycle[$0] < cycle[$1] }) else { continue }
        return Array(cycle[lowest...] + cycle[..<lowest])
      }
      return nil
    }
  }

  /// Sets of steps as bits, a row for each step.
  struct Ancestors {
    private let wordsPerRow: Int
    private var words: [UInt64]

    init(count: Int) {
      wordsPerRow = (count + 63) / 64
      words = Array(repeating: 0, count: count * wordsPerRow)
    }

    func contains(_ ancestor: Int, of step: Int) -> Bool {
      words[step * wordsPerRow + ancestor / 64] & (1 << UInt64(ancestor % 64)) != 0
    }

    fileprivate mutating func insert(_ ancestor: Int, andItsAncestorsTo step: Int) {
      for word in 0..<wordsPerRow { words[step * wordsPerRow + word] |= words[ancestor * wordsPerRow + word] }
      words[step * wordsPerRow + ancestor / 64] |= 1 << UInt64(ancestor % 64)
    }
  }
}

/// A depth-first walk along needs; without recursion, since a chain may be as long as there are steps.
private struct DepthFirstVisit {
  enum Event {
    /// Everything the step needs has been left before.
    case left(Int)
    /// An edge leads back into the path; the path from where it leads to.
    case closed([Int])
  }

  private enum State { case new, onPath, left }

  private let needs: [[Int]]
  private var states: [State]
  private var path: [(step: Int, nextNeed: Int)] = []
  private var nextRoot = 0

  init(needs: [[Int]]) {
    self.needs = needs
    states = Array(repeating: .new, count: needs.count)
  }

  mutating func next() -> Event? {
    while true {
      guard let (step, nextNeed) = path.last else {
        guard nextRoot < needs.count else { return nil }
        if states[nextRoot] == .new { enter(nextRoot) }
        nextRoot += 1
        continue
      }
      guard nextNeed < needs[step].count else {
        path.removeLast()
        states[step] = .left
        return .left(step)
      }
      path[path.count - 1].nextNeed += 1
      let needed = needs[step][nextNeed]
      switch states[needed] {
      case .new: enter(needed)
      case .left: break
      case .onPath:
        let start = path.firstIndex { $0.step == needed } ?? 0
        return .closed(path[start...].map(\.step))
      }
    }
  }

  private mutating func enter(_ step: Int) {
    states[step] = .onPath
    path.append((step, 0))
  }
}
