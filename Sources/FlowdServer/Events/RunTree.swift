internal import FlowdModel

/// The runs that a watch of one run tells of: that run, those that are its steps, and theirs.
///
/// It knows those that have not ended: a run that has neither tells anything more nor starts another one. What began
/// before the watch did is known only once the store was read.
struct RunTree {
  let root: Int64
  private var unfinished: Set<Int64>
  private var isComplete = false
  /// Runs of other runs' steps that began before it was complete, in order: they may belong to it.
  private var begun: [(run: Int64, parent: Int64)] = []

  init(root: Int64) {
    self.root = root
    unfinished = [root]
  }

  /// Takes those that the store knows, read after the first call of `includes`.
  mutating func add(_ runs: [Int64]) {
    unfinished.formUnion(runs)
    for (run, parent) in begun where unfinished.contains(parent) { unfinished.insert(run) }
    begun = []
    isComplete = true
  }

  /// Whether an event is, or before the store was read may be, of one of these runs; to be asked for each of the
  /// session's events, in order.
  mutating func includes(_ event: Event) -> Bool {
    guard let run = event.runKey else { return false }
    if case .runStarted(let record, _, _) = event.kind, let parent = record.parent {
      note(run, of: parent.key)
    }
    guard unfinished.contains(run) else { return !isComplete }
    if event.kind.endsRun { unfinished.remove(run) }
    return true
  }

  private mutating func note(_ run: Int64, of parent: Int64) {
    if unfinished.contains(parent) {
      unfinished.insert(run)
    } else if !isComplete {
      begun.append((run, parent))
    }
  }
}
