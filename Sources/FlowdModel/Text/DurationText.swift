/// Durations as people write them: `500ms`, `30s`, `10m`, `2h`, `1d`, and sums such as `1h30m`, the longest unit first.
package enum DurationText {
  /// What is wrong with a text, as the end of a sentence that names the key.
  package struct Mistake: Error {
    package var message: String
  }

  /// A duration of at most `Limits.timeoutSecondsMax`, and longer than zero unless `zeroIsAllowed`.
  package static func parse(_ text: String, zeroIsAllowed: Bool = false) throws(Mistake) -> Duration {
    if !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
      throw Mistake(message: "needs a unit; write \(text.prefix(20))s for seconds, or use ms, m, h or d")
    }
    let malformed = Mistake(message: "must be a duration such as 30s, 10m or 1h30m; found \(quoted(text))")
    var rest = Substring(text)
    var milliseconds: Int64 = 0
    var unitsLeft = units[...]
    guard !rest.isEmpty else { throw malformed }
    while !rest.isEmpty {
      let digits = rest.prefix { ("0"..."9").contains($0) }
      rest = rest.dropFirst(digits.count)
      let name = rest.prefix { !("0"..."9").contains($0) }
      rest = rest.dropFirst(name.count)
      guard let count = Int64(digits), count <= Int64(Int32.max),
        let index = unitsLeft.firstIndex(where: { $0.name == name })
      else { throw malformed }
      milliseconds += count * unitsLeft[index].milliseconds
      unitsLeft = unitsLeft[(index + 1)...]
    }
    guard milliseconds > 0 || zeroIsAllowed else { throw Mistake(message: "must be longer than zero") }
    guard milliseconds <= Int64(Limits.timeoutSecondsMax) * 1000 else {
      throw Mistake(message: "must be at most \(Limits.timeoutSecondsMax / 86_400)d")
    }
    return .milliseconds(milliseconds)
  }

  private static let units: [(name: String, milliseconds: Int64)] = [
    ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
  ]
}
