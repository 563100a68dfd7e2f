internal import FlowdWire

/// Chooses which steps to show when not all of them fit.
enum StepFold {
  enum Entry: Equatable {
    /// With the line below it, or without.
    case step(Int, details: Bool)
    /// Neighbours in the same quiet state, as one line.
    case folded(API.StepStatus, Int)
    case omitted(Int)
  }

  /// - Parameter rows: Lines there are, at least one is used.
  /// - Returns: Entries that take at most `rows` lines, each step with details counted as two.
  static func plan(_ statuses: [API.StepStatus], rows: Int) -> [Entry] {
    let whole = statuses.indices.map { Entry.step($0, details: mayHaveDetails(statuses[$0])) }
    if cost(whole) <= rows { return whole }
    let folded = fold(statuses, details: true)
    if cost(folded) <= rows { return folded }
    let bare = fold(statuses, details: false)
    if cost(bare) <= rows { return bare }
    return window(bare, rows: max(1, rows))
  }

  private static func cost(_ entries: [Entry]) -> Int {
    entries.reduce(0) { sum, entry in
      if case .step(_, details: true) = entry { sum + 2 } else { sum + 1 }
    }
  }

  private static func mayHaveDetails(_ status: API.StepStatus) -> Bool {
    switch status {
    case .running, .failed, .waitingInput, .waitingRetry: true
    case .pending, .succeeded, .skipped, .cancelled, .notRun, .unspecified, .unrecognized: false
    }
  }

  private static func fold(_ statuses: [API.StepStatus], details: Bool) -> [Entry] {
    var entries: [Entry] = []
    for (index, status) in statuses.enumerated() {
      if mayHaveDetails(status) {
        entries.append(.step(index, details: details))
        continue
      }
      if case .folded(status, let count)? = entries.last {
        entries[entries.count - 1] = .folded(status, count + 1)
      } else {
        entries.append(.folded(status, 1))
      }
    }
    return entries
  }

  /// The lines around the first step in hand, with a line for what is left out on each side.
  private static func window(_ entries: [Entry], rows: Int) -> [Entry] {
    let focus = entries.firstIndex { if case .step = $0 { true } else { false } } ?? 0
    guard rows > 2 else { return Array(entries[focus...].prefix(rows)) }
    let start = min(max(0, focus - 1), entries.count - (rows - 1))
    let hasBefore = start > 0
    let shown = rows - (hasBefore ? 1 : 0) - 1
    let end = min(entries.count, start + shown)
    var result = hasBefore ? [Entry.omitted(steps(entries[..<start]))] : []
    result += entries[start..<end]
    let after = steps(entries[end...])
    if after > 0 { result.append(end + 1 == entries.count ? entries[end] : .omitted(after)) }
    return result
  }

  private static func steps(_ entries: ArraySlice<Entry>) -> Int {
    entries.reduce(0) { sum, entry in
      switch entry {
      case .step: sum + 1
      case .folded(_, let count), .omitted(let count): sum + count
      }
    }
  }
}
