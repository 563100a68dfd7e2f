/// Parts of a text in order; those that overlap or touch are one.
struct CoveredRanges {
  private(set) var ranges: [Range<Int>] = []

  var isEmpty: Bool { ranges.isEmpty }

  mutating func insert(_ range: Range<Int>) {
    var first = ranges.count
    while first > 0, ranges[first - 1].upperBound >= range.lowerBound { first -= 1 }
    var end = first
    var merged = range
    while end < ranges.count, ranges[end].lowerBound <= range.upperBound {
      merged = min(merged.lowerBound, ranges[end].lowerBound)..<max(merged.upperBound, ranges[end].upperBound)
      end += 1
    }
    ranges.replaceSubrange(first..<end, with: CollectionOfOne(merged))
  }

  /// Takes away what lies before `position`.
  mutating func removeAll(before position: Int) {
    let done = ranges.prefix { $0.upperBound <= position }.count
    ranges.removeFirst(done)
    if let first = ranges.first, first.lowerBound < position { ranges[0] = position..<first.upperBound }
  }
}
