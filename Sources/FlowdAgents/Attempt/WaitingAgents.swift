internal import FlowdModel

/// The agents that wait for a place. Runs take turns; within a run they go in the order in which they came.
struct WaitingAgents {
  private var lines: [RunID: [AgentRequest]] = [:]
  /// The runs that have a line.
  private var turns: [RunID] = []
  private(set) var count = 0

  var isEmpty: Bool { count == 0 }

  mutating func append(_ request: AgentRequest) {
    let run = request.attempt.run
    if lines[run] == nil { turns.append(run) }
    lines[run, default: []].append(request)
    count += 1
  }

  mutating func popFirst() -> AgentRequest? {
    guard let run = turns.first, let request = lines[run]?.removeFirst() else { return nil }
    turns.removeFirst()
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
    guard let index = lines[run]?.firstIndex(where: { $0.attempt == attempt }) else { return false }
    lines[run]?.remove(at: index)
    count -= 1
    if lines[run]?.isEmpty == true {
      lines[run] = nil
      turns.removeAll { $0 == run }
    }
    return true
  }
}
