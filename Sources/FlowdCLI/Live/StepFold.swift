internal import FlowdWire

/// Chooses which steps to show when not all of them fit.
enum StepFold {
  enum Entry: Equatable {
    /// With the line below it, or without.
    case step(Int, details: Bool)
    /// Neighbours in the same quiet state, as one line.
    case folded(API.StepStatus, Range<Int>)
    case omitted(Int)
  }

  /// - Parameter rows: Lines there are, at least one is used.
  /// - Returns: Entries that take at most `rows` lines, each step with details counted as two.
  static func plan(_ statuses: [API.StepStatus], rows: Int) -> [Entry] {
    let whole = statuses.indices.map { Entry.step($0, details: StatusText.isBusy(statuses[$0])) }
    if cost(whole) <= rows { return whole }
    let folded = fold(statuses, details: true)
    if cost(folded) <= rows { return unfold(folded, rows: rows) }
    let bare = fold(statuses, details: false)
    if cost(bare) <= rows { return unfold(bare, rows: rows) }
    return window(bare, rows: max(1, rows))
  }

  static func cost(_ entries: [Entry]) -> Int {
    entries.reduce(0) { sum, entry in
      if case .step(_, details: true) = entry { sum + 2 } else { sum + 1 }
    }
  }

  /// Lines that all steps take, none folded.
  static func wholeCost(_ statuses: [API.StepStatus]) -> Int {
    statuses.reduce(0) { $0 + (StatusText.isBusy($1) ? 2 : 1) }
  }

  private static func fold(_ statuses: [API.StepStatus], details: Bool) -> [Entry] {
    var entries: [Entry] = []
    for (index, status) in statuses.enumerated() {
      if StatusText.isBusy(status) {
        entries.append(.step(index, details: details))
      } else if case .folded(status, let range)? = entries.last {
        entries[entries.count - 1] = .folded(status, range.lowerBound..<index + 1)
      } else {
        entries.append(.folded(status, index..<index + 1))
      }
    }
    // A fold of one takes the row that the step itself would.
    return entries.map { entry in
      if case .folded(_, let range) = entry, range.count == 1 { .step(range.lowerBound, details: false) } else { entry }
    }
  }

  /// Uses rows that are left for the steps next to those in hand: what comes next first, then what was done last.
  private static func unfold(_ entries: [Entry], rows: Int) -> [Entry] {
    let busy = entries.indices.filter { if case .folded = entries[$0] { false } else { true } }
    var spare = rows - cost(entries)
    var result = entries
    // From the end, so that indices before it stay right.
    if let last = busy.last ?? entries.indices.first, last + 1 < result.count {
      let share = busy.isEmpty ? spare : (spare + 1) / 2
      spare -= expand(&result, at: last + 1, rows: share, fromEnd: false)
    }
    if let first = busy.first ?? entries.indices.last, first > 0 {
      _ = expand(&result, at: first - 1, rows: spare, fromEnd: true)
    }
    return result
  }

  /// Replaces a part of a fold by its steps.
  ///
  /// - Returns: The rows used.
  private static func expand(_ entries: inout [Entry], at index: Int, rows: Int, fromEnd: Bool) -> Int {
    guard case .folded(let status, let range) = entries[index], rows > 0 else { return 0 }
    if range.count <= rows + 1 {
      entries.replaceSubrange(index...index, with: range.map { .step($0, details: false) })
      return range.count - 1
    }
    let steps = fromEnd ? range.suffix(rows) : range.prefix(rows)
    let rest = fromEnd ? range.dropLast(rows) : range.dropFirst(rows)
    let shown = steps.map { Entry.step($0, details: false) }
    entries.replaceSubrange(
      index...index, with: fromEnd ? [.folded(status, rest)] + shown : shown + [.folded(status, rest)])
    return rows
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
      case .folded(_, let range): sum + range.count
      case .omitted(let count): sum + count
      }
    }
  }
}
