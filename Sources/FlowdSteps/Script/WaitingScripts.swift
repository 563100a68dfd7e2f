internal import FlowdModel

/// The scripts that wait for a thread. Runs take turns; within a run they go in the order in which they came.
struct WaitingScripts {
  private var lines: [RunID: WaitingLine<ScriptRequest>] = [:]
  /// The runs that have a line.
  private var turns = WaitingLine<RunID>()
  private(set) var count = 0

  mutating func append(_ request: ScriptRequest) {
    let run = request.attempt.run
    if lines[run] == nil { turns.append(run) }
    lines[run, default: WaitingLine()].append(request)
    count += 1
  }

  mutating func popFirst() -> ScriptRequest? {
    guard let run = turns.popFirst(), let request = lines[run]?.popFirst() else { return nil }
    count -= 1
    if lines[run]?.isEmpty == true {
      lines[run] = nil
    } else {
      turns.append(run)
    }
    return request
  }

  /// - Returns: Whether it was there.
  mutating func remove(_ attempt: AttemptID) -> Bool {
    let run = attempt.run
    guard lines[run]?.remove(where: { $0.attempt == attempt }) != nil else { return false }
    count -= 1
    if lines[run]?.isEmpty == true {
      lines[run] = nil
      _ = turns.remove { $0 == run }
    }
    return true
  }
}
