internal import FlowdEngine
internal import FlowdModel
internal import Glibc

/// Which unfinished runs may have cookies and long bodies in files, so that the others' ends cost nothing.
struct RunFiles {
  private var runs: Set<Int64>

  /// - Parameter directory: Of the executor of `http` steps: `cookies/RUN` and `bodies/RUN`.
  init(_ directory: String) {
    runs = RunFiles.names(in: "\(directory)/cookies").union(RunFiles.names(in: "\(directory)/bodies"))
  }

  mutating func note(_ run: Int64) { runs.insert(run) }

  /// Those that are left of runs whose end was committed by a daemon that was killed.
  mutating func takeLeftovers(unfinished: Set<Int64>) -> Set<Int64> {
    defer { runs.formIntersection(unfinished) }
    return runs.subtracting(unfinished)
  }

  /// The runs among those that a batch ended.
  mutating func takeEnded(_ batch: Batch) -> Set<Int64> {
    guard !batch.endedRuns.isEmpty, !runs.isEmpty else { return [] }
    let ended = runs.intersection(batch.endedRuns.values.map(\.record.key))
    runs.subtract(ended)
    return ended
  }

  private static func names(in directory: String) -> Set<Int64> {
    guard let stream = opendir(directory) else { return [] }
    defer { closedir(stream) }
    var runs: Set<Int64> = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if let run = Int64(name) { runs.insert(run) }
    }
    return runs
  }
}
