internal import FlowdModel

/// Outputs of settled steps as far as memory is to hold them; the store has them all.
///
/// Small ones stay until the run's share of memory is used up, then the oldest go first; large ones leave as soon as the
/// store has them. What was loaded for an expression stays until that was evaluated, so that one that reads much gets it
/// all; `RunScope` bounds how much that may be.
struct RunOutputs {
  private struct Entry {
    let output: StepOutput
    let byteCount: Int
    /// The batch that writes it: until that is durable only memory has it.
    let batch: UInt64
  }

  private var entries: [Int: Entry] = [:]
  /// Oldest first.
  private var small = CallQueue<Int>()
  private var large = CallQueue<Int>()
  private var loaded: [Int: (output: StepOutput, byteCount: Int)] = [:]
  private var byteCount = 0
  /// Of what was loaded and not dropped since.
  private(set) var loadedByteCount = 0
  /// Steps whose output only the store has, and where it has it.
  private var stored: [Int: StoredOutput] = [:]

  subscript(step: Int) -> StepOutput? { entries[step]?.output ?? loaded[step]?.output }

  /// What an output that is in memory takes there, about.
  func byteCount(of step: Int) -> Int { entries[step]?.byteCount ?? loaded[step]?.byteCount ?? 0 }

  /// Where one finds a step's output who has the store: at hand when it is small.
  ///
  /// - Parameter run: The key of the run.
  func place(of step: Int, run: Int64) -> StepResults.Output {
    if let entry = entries[step], entry.byteCount <= Limits.keptStepOutputBytesMax { return .inMemory(entry.output) }
    if let stored = stored[step] { return .stored(run: stored.run, step: stored.step) }
    return entries[step] == nil ? .none : .stored(run: run, step: step)
  }

  /// Where the store has a step's output that is not in memory; `nil`: there is none.
  func stored(_ step: Int) -> StoredOutput? { stored[step] }

  /// Keeps the output of a step that has just settled.
  mutating func insert(_ output: StepOutput, of step: Int, run: Int64, batch: UInt64, durableBatch: UInt64) {
    keep(output, of: step, output.memoryBytes, batch: batch)
    makeRoom(run, durableBatch)
  }

  private mutating func keep(_ output: StepOutput, of step: Int, _ size: Int, batch: UInt64) {
    entries[step] = Entry(output: output, byteCount: size, batch: batch)
    if size > Limits.keptStepOutputBytesMax {
      large.append(step)
    } else {
      small.append(step)
      byteCount += size
    }
  }

  private mutating func makeRoom(_ run: Int64, _ durableBatch: UInt64) {
    while let oldest = large.first, leave(oldest, run, durableBatch) { large.removeFirst() }
    while byteCount > Limits.runOutputsBytesMax, let oldest = small.first {
      let size = entries[oldest]?.byteCount ?? 0
      guard leave(oldest, run, durableBatch) else { return }
      byteCount -= size
      small.removeFirst()
    }
  }

  /// Notes an output that only the store has.
  ///
  /// - Parameter batch: The store has it only once this one is durable.
  mutating func note(_ step: Int, storedUnder run: Int64, as index: Int, batch: UInt64 = 0) {
    stored[step] = StoredOutput(run: run, step: index, batch: batch)
  }

  /// Keeps what was loaded until the evaluation that needs it is over; what is small as if the step had just settled, so
  /// that many who read it cost one reading.
  mutating func insertLoaded(_ output: StepOutput, of step: Int, run: Int64, durableBatch: UInt64) {
    let size = output.memoryBytes
    if loaded.updateValue((output, size), forKey: step) == nil { loadedByteCount += size }
    guard entries[step] == nil, size <= Limits.keptStepOutputBytesMax else { return }
    keep(output, of: step, size, batch: 0)
    makeRoom(run, durableBatch)
  }

  /// An evaluation is over: what was loaded for it may go.
  mutating func dropLoaded() {
    guard !loaded.isEmpty else { return }
    loaded = [:]
    loadedByteCount = 0
  }

  private mutating func leave(_ step: Int, _ run: Int64, _ durableBatch: UInt64) -> Bool {
    guard let entry = entries[step] else { return true }
    guard entry.batch <= durableBatch else { return false }
    entries[step] = nil
    // What was taken over from another run stays where it is.
    if stored[step] == nil { stored[step] = StoredOutput(run: run, step: step) }
    return true
  }
}

/// Where the store has an output: another run's when it was taken over.
struct StoredOutput: Equatable {
  let run: Int64
  let step: Int
  /// The batch that writes it, or copies it.
  var batch: UInt64 = 0
}
