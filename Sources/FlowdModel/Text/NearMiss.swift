/// Finds the name that someone who mistyped another one probably meant.
package enum NearMiss {
  /// The candidate nearest to `name`, the first of equals; `nil` when none is within two edits.
  ///
  /// An edit inserts, removes or replaces a character or swaps two neighbours; case does not count. Names of up to
  /// three characters may differ by one edit, names of one character by none.
  package static func nearest(to name: String, among candidates: some Sequence<String>) -> String? {
    guard name.utf8.count <= Limits.idBytesMax else { return nil }
    let wanted = Array(name.lowercased().unicodeScalars)
    var best: (name: String, distance: Int)?
    for candidate in candidates {
      let bound = (best?.distance ?? 3) - 1
      guard bound >= 0 else { break }
      guard abs(candidate.utf8.count - name.utf8.count) <= 4 * bound else { continue }
      let other = Array(candidate.lowercased().unicodeScalars)
      let allowed = min(bound, max(wanted.count, other.count) / 2)
      if let distance = distance(wanted, other, atMost: allowed) { best = (candidate, distance) }
    }
    return best?.name
  }

  /// `"; did you mean 'NAME'?"`, or nothing.
  package static func hint(for name: String, among candidates: some Sequence<String>) -> String {
    nearest(to: name, among: candidates).map { "; did you mean \(quoted($0))?" } ?? ""
  }

  /// The optimal string alignment distance, when it is small.
  private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar], atMost bound: Int) -> Int? {
    guard abs(left.count - right.count) <= bound else { return nil }
    var beforePrevious: [Int] = []
    var previous = Array(0...right.count)
    for row in left.indices {
      var current = [row + 1]
      current.reserveCapacity(right.count + 1)
      for column in right.indices {
        let same = left[row] == right[column]
        var cost = min(previous[column] + (same ? 0 : 1), previous[column + 1] + 1, current[column] + 1)
        if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
          cost = min(cost, beforePrevious[column - 1] + 1)
        }
        current.append(cost)
      }
      guard current.contains(where: { $0 <= bound }) else { return nil }
      beforePrevious = previous
      previous = current
    }
    return previous[right.count] <= bound ? previous[right.count] : nil
  }
}
