internal import FlowdModel

/// Which run of each concurrency group runs, and which wait for it, in the order in which they came.
struct ConcurrencyGroups {
  struct Group {
    var holder: RunID?
    var waiting: [(run: RunID, session: SessionID)] = []

    var isEmpty: Bool { holder == nil && waiting.isEmpty }
  }

  private var groups: [String: Group] = [:]

  var isEmpty: Bool { groups.isEmpty }

  /// Notes that a run, which has begun, has its group.
  mutating func claim(_ run: RunID, group name: String) {
    if !name.isEmpty { groups[name, default: Group()].holder = run }
  }

  /// Undoes what a batch changed.
  ///
  /// - Parameter exists: Whether a run is there without the batch; it waits on.
  mutating func restore(_ before: [String: Group], exists: (RunID) -> Bool) {
    for (name, group) in before {
      var group = group
      for entry in groups[name]?.waiting ?? [] {
        guard exists(entry.run), entry.run != group.holder else { continue }
        if !group.waiting.contains(where: { $0.run == entry.run }) { group.waiting.append(entry) }
      }
      groups[name] = group.isEmpty ? nil : group
    }
  }

  /// Takes the group for a run, or lets it wait.
  ///
  /// - Returns: Whether the run may begin.
  mutating func enter(_ run: RunID, session: SessionID, group name: String, _ batch: inout Batch) -> Bool {
    guard !name.isEmpty else { return true }
    var group = groups[name] ?? Group()
    if batch.groupsBefore[name] == nil { batch.groupsBefore[name] = group }
    defer { groups[name] = group }
    if group.holder == nil || group.holder == run {
      group.holder = run
      group.waiting.removeAll { $0.run == run }
      return true
    }
    if !group.waiting.contains(where: { $0.run == run }) {
      group.waiting.append((run, session))
      // If the batch fails the run is no longer in line: its session is read again, and it asks anew.
      batch.touched.insert(session)
    }
    return false
  }

  /// A run has ended.
  ///
  /// - Returns: The run that may begin now.
  mutating func leave(_ run: RunID, group name: String, _ batch: inout Batch) -> (run: RunID, session: SessionID)? {
    guard !name.isEmpty, var group = groups[name] else { return nil }
    if batch.groupsBefore[name] == nil { batch.groupsBefore[name] = group }
    group.waiting.removeAll { $0.run == run }
    guard group.holder == run else {
      groups[name] = group
      return nil
    }
    group.holder = nil
    let next = group.waiting.isEmpty ? nil : group.waiting.removeFirst()
    group.holder = next?.run
    groups[name] = group.isEmpty ? nil : group
    return next
  }
}
