internal import FlowdModel

/// Outputs of settled steps as far as memory is to hold them; the store has them all.
///
/// Small ones stay until the run's share of memory is used up, then the oldest go first; large ones leave as soon as the
/// store has them. What was loaded for an expression stays until one was evaluated, so that one that reads much gets it all.
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
  private var loaded: [Int: StepOutput] = [:]
  private var byteCount = 0
  /// Steps whose output only the store has, and where it has it.
  private var stored: [Int: StoredOutput] = [:]

  subscript(step: Int) -> StepOutput? { entries[step]?.output ?? loaded[step] }

  /// Where the store has a step's output that is not in memory; `nil`: there is none.
  func stored(_ step: Int) -> StoredOutput? { stored[step] }

  /// Keeps the output of a step that has just settled.
  mutating func insert(_ output: StepOutput, of step: Int, run: Int64, batch: UInt64, durableBatch: UInt64) {
    let size = output.byteCount
    entries[step] = Entry(output: output, byteCount: size, batch: batch)
    if size > Limits.keptStepOutputBytesMax {
      large.append(step)
    } else {
      small.append(step)
      byteCount += size
    }
    while let oldest = large.first, leave(oldest, run, durableBatch) { large.removeFirst() }
    while byteCount > Limits.runOutputsBytesMax, let oldest = small.first {
      let size = entries[oldest]?.byteCount ?? 0
      guard leave(oldest, run, durableBatch) else { return }
      byteCount -= size
      small.removeFirst()
    }
  }

  /// Notes an output that only the store has.
  mutating func note(_ step: Int, storedUnder run: Int64, as index: Int) {
    stored[step] = StoredOutput(run: run, step: index)
  }

  /// Keeps what was loaded until the next evaluation has succeeded.
  mutating func insertLoaded(_ output: StepOutput, of step: Int) { loaded[step] = output }

  /// An evaluation succeeded: what was loaded for it may go.
  mutating func dropLoaded() {
    if !loaded.isEmpty { loaded = [:] }
  }

  private mutating func leave(_ step: Int, _ run: Int64, _ durableBatch: UInt64) -> Bool {
    guard let entry = entries[step] else { return true }
    guard entry.batch <= durableBatch else { return false }
    entries[step] = nil
    stored[step] = StoredOutput(run: run, step: step)
    return true
  }
}

/// Where the store has an output: another run's when it was taken over.
struct StoredOutput: Equatable {
  let run: Int64
  let step: Int
}
