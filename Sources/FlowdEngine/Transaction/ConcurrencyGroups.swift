internal import FlowdModel

/// Which run of each concurrency group runs, and which wait for it, in the order in which they came.
struct ConcurrencyGroups {
  private struct Group {
    var holder: RunID?
    var waiting: [(run: RunID, session: SessionID)] = []
  }

  private var groups: [String: Group] = [:]

  /// Takes the group for a run, or lets it wait.
  ///
  /// - Returns: Whether the run may begin.
  mutating func enter(_ run: RunID, session: SessionID, group name: String) -> Bool {
    guard !name.isEmpty else { return true }
    var group = groups[name] ?? Group()
    defer { groups[name] = group }
    if group.holder == nil || group.holder == run {
      group.holder = run
      group.waiting.removeAll { $0.run == run }
      return true
    }
    if !group.waiting.contains(where: { $0.run == run }) { group.waiting.append((run, session)) }
    return false
  }

  /// A run has ended, or is not in memory any more.
  ///
  /// - Returns: The run that may begin now.
  mutating func leave(_ run: RunID, group name: String) -> (run: RunID, session: SessionID)? {
    guard !name.isEmpty, var group = groups[name] else { return nil }
    group.waiting.removeAll { $0.run == run }
    guard group.holder == run else {
      groups[name] = group
      return nil
    }
    group.holder = nil
    let next = group.waiting.isEmpty ? nil : group.waiting.removeFirst()
    group.holder = next?.run
    groups[name] = group.holder == nil ? nil : group
    return next
  }
}
