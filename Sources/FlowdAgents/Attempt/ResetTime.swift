package import FlowdModel

/// Finds in what another program says how long to wait: durations and instants as people and programs write them.
package enum ResetTime {
  /// The wait that a message names, such as `try again in 6m0s`, `retry after 30 seconds`, `until 2026-01-31T12:00Z`
  /// or a Unix time.
  ///
  /// - Parameter now: What instants are counted from; those that have passed do not count.
  package static func find(in message: String, now: Timestamp) -> Duration? {
    let text = Array(message.lowercased().utf8.prefix(Limits.stepErrorBytesMax))
    return relative(in: text) ?? date(in: text, now: now) ?? unixTime(in: text, now: now)
  }

  /// `90`, `1.5` (seconds), `6m0s`, `1h2m3.5s`, `20ms`, `30 seconds`; `nil` for anything else.
  package static func duration(_ text: String) -> Duration? {
    var scanner = TimeScanner(Array(text.lowercased().utf8))
    scanner.skipSpaces()
    guard let duration = scanner.duration() else { return nil }
    scanner.skipSpaces()
    return scanner.isAtEnd ? duration : nil
  }

  /// The wait until an instant: `2026-01-31T12:00:00Z`, a date of HTTP, or a Unix time in seconds or milliseconds.
  package static func until(_ text: String, now: Timestamp) -> Duration? {
    var scanner = TimeScanner(Array(text.lowercased().utf8))
    if let instant = scanner.isoDate() ?? scanner.httpDate() { return max(.zero, instant - now) }
    return unixTime(in: Array(text.utf8), now: now)
  }

  private static let introductions = [
    "try again in", "try again after", "retry in", "retry after", "retrying in", "available in", "reset in",
    "resets in",
    "reset after", "wait for", "wait", "retry-after:", "retry_after:", "again in",
  ]

  /// What follows the first introduction that a duration follows.
  private static func relative(in text: [UInt8]) -> Duration? {
    for introduction in introductions {
      let words = Array(introduction.utf8)
      var start = 0
      while let found = text.firstOccurrence(of: words, from: start) {
        var scanner = TimeScanner(text, at: found + words.count)
        scanner.skipSpaces()
        if let duration = scanner.duration() { return duration }
        start = found + words.count
      }
    }
    return nil
  }

  private static func date(in text: [UInt8], now: Timestamp) -> Duration? {
    for start in text.indices where text[start].isDigit && (start == 0 || !text[start - 1].isDigit) {
      var scanner = TimeScanner(text, at: start)
      if let instant = scanner.isoDate(), instant > now { return instant - now }
    }
    return nil
  }

  /// A number of 10 or 13 digits within the longest time that a provider may be parked for.
  private static func unixTime(in text: [UInt8], now: Timestamp) -> Duration? {
    for run in text.split(whereSeparator: { !$0.isDigit }) where run.count == 10 || run.count == 13 {
      guard let number = Int64(String(decoding: run, as: UTF8.self)) else { continue }
      let instant = Timestamp(microsecondsSince1970: number * (run.count == 10 ? 1_000_000 : 1000))
      if instant > now, instant - now <= Limits.quotaResetMax { return instant - now }
    }
    return nil
  }
}

extension UInt8 {
  var isDigit: Bool { (0x30...0x39).contains(self) }
}

extension [UInt8] {
  fileprivate func firstOccurrence(of words: [UInt8], from start: Int) -> Int? {
    guard count - start >= words.count else { return nil }
    return (start...(count - words.count)).first { self[$0] == words[0] && self[$0...].starts(with: words) }
  }
}
