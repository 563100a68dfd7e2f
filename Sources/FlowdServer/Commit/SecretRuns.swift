internal import FlowdEngine
internal import FlowdModel

/// Which unfinished runs have answers to secret questions on disk, so that the others' ends cost nothing.
struct SecretRuns {
  private var runs: Set<Int64>

  /// - Parameter runs: Those that have answers on disk at the start.
  init(_ runs: Set<Int64>) { self.runs = runs }

  mutating func note(_ batch: Batch) {
    for key in batch.secretAnswers.keys { runs.insert(key.run) }
    for run in batch.secretEnvironments.keys { runs.insert(run) }
  }

  /// The runs among those that a batch ended.
  mutating func takeEnded(_ batch: Batch) -> Set<Int64> {
    guard !batch.endedRuns.isEmpty, !runs.isEmpty else { return [] }
    let ended = runs.intersection(batch.endedRuns.values.map(\.record.key))
    runs.subtract(ended)
    return ended
  }
}
