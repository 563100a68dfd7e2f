internal import FlowdModel

/// What a run cannot decide until a value has been read from the store.
struct AwaitingValues {
  /// By the step whose output is read: steps that are to be started, and waits that are to be looked at.
  private(set) var starts: [Int: Set<Int>] = [:]
  /// Results of attempts that have ended, to be judged.
  private(set) var results: [Int: (result: StepResult, needs: Int)] = [:]
  /// The end of the run: its report or its outputs.
  var end: Int?

  var isEmpty: Bool { starts.isEmpty && results.isEmpty && end == nil }

  /// How many steps are to be started.
  var startCount: Int { starts.values.reduce(0) { $0 + $1.count } }

  /// Steps whose evaluation was put off and has not succeeded since: what was loaded for them has to stay.
  private var postponed: Set<Int> = []

  /// Whether values that were loaded are still to be read.
  var needsLoaded: Bool { !isEmpty || !postponed.isEmpty }

  mutating func hold(start index: Int, for output: Int) {
    starts[output, default: []].insert(index)
    postponed.insert(index)
  }

  /// The evaluation for a step succeeded, or will not be tried again.
  mutating func finish(_ index: Int) { postponed.remove(index) }

  mutating func hold(_ result: StepResult, of index: Int, for output: Int) { results[index] = (result, output) }

  func holdsResult(of index: Int) -> Bool { results[index] != nil }

  /// What waited for an output.
  mutating func take(for output: Int) -> (starts: [Int], results: [(index: Int, result: StepResult)], end: Bool) {
    let released = results.filter { $0.value.needs == output }.sorted { $0.key < $1.key }
    for (index, _) in released { results[index] = nil }
    let isEnd = end == output
    if isEnd { end = nil }
    return ((starts.removeValue(forKey: output) ?? []).sorted(), released.map { ($0.key, $0.value.result) }, isEnd)
  }

  mutating func dropSteps() {
    starts = [:]
    postponed = []
  }

  mutating func drop(startsIn range: Range<Int>) {
    postponed = postponed.filter { !range.contains($0) }
    for (output, waiting) in starts {
      let left = waiting.filter { !range.contains($0) }
      starts[output] = left.isEmpty ? nil : left
    }
  }

  mutating func drop(result index: Int) {
    results[index] = nil
    postponed.remove(index)
  }

  /// Whether something waits for an output.
  func waits(for output: Int) -> Bool {
    starts[output] != nil || end == output || results.values.contains { $0.needs == output }
  }
}
