internal import FlowdModel

/// The runs that a watch of one run tells of: that run, those that are its steps, and theirs.
///
/// It knows those that have not ended: a run that has neither tells anything more nor starts another one. What began
/// before the watch did is known only once the store was read.
struct RunTree {
  let root: Int64
  private var unfinished: Set<Int64>
  private var isComplete = false

  init(root: Int64) {
    self.root = root
    unfinished = [root]
  }

  /// Takes those that the store knows, read after the first call of `includes`.
  ///
  /// - Parameter isComplete: No event has come since; else the store is read once more, as one of them may be of a run
  ///   that a run began which was not known yet.
  mutating func add(_ runs: [Int64], isComplete: Bool) {
    unfinished.formUnion(runs)
    self.isComplete = isComplete
  }

  /// Whether an event is, or before the store was read may be, of one of these runs; to be asked for each of the
  /// session's events, in order.
  mutating func includes(_ event: Event) -> Bool {
    guard let run = event.runKey else { return false }
    if case .runStarted(let record, _, _) = event.kind, let parent = record.parent, unfinished.contains(parent.key) {
      unfinished.insert(run)
    }
    guard unfinished.contains(run) else { return !isComplete }
    if event.kind.endsRun { unfinished.remove(run) }
    return true
  }
}
