internal import FlowdModel

/// Reads durations and instants out of lower-case text, at a place of it.
struct TimeScanner {
  private let text: [UInt8]
  private var at: Int

  init(_ text: [UInt8], at start: Int = 0) {
    self.text = text
    at = start
  }

  var isAtEnd: Bool { at >= text.count }

  mutating func skipSpaces() { while peek == UInt8(ascii: " ") { at += 1 } }

  /// Numbers with units, such as `1h2m3.5s`, `6 minutes`; a number without one is of seconds.
  mutating func duration() -> Duration? {
    var total: Duration?
    while let number = number() {
      let beforeSpace = at
      skipSpaces()
      guard let unit = unit() else {
        at = beforeSpace
        let isPartOfMore = peek == UInt8(ascii: "-") || peek == UInt8(ascii: ":") || Self.isLetter(peek)
        return total ?? (isPartOfMore ? nil : .seconds(number))
      }
      total = (total ?? .zero) + .seconds(number * unit)
      let end = at
      skipSpaces()
      if !peek.isDigit {
        at = end
        break
      }
    }
    return total
  }

  /// `2026-01-31`, with `T12:00`, ` 12:00:00`, ` at 12:00` and a zone if it has them; without a zone it is UTC.
  mutating func isoDate() -> Timestamp? {
    guard let year = digits(4), take("-"), let month = digits(2), take("-"), let day = digits(2) else { return nil }
    var seconds = 0
    let afterDate = at
    if take("t") || take(" at ") || take(" "), let time = timeOfDay() {
      seconds = time
      _ = take(" ")
      seconds -= zone() ?? 0
    } else {
      at = afterDate
    }
    return Self.instant(year, month, day, seconds)
  }

  /// The three forms of RFC 9110 §5.6.7.
  mutating func httpDate() -> Timestamp? {
    while !isAtEnd, peek != UInt8(ascii: " ") { at += 1 }
    skipSpaces()
    if let month = month() {
      skipSpaces()
      guard let day = digits(2) ?? digits(1), take(" "), let time = timeOfDay(), take(" "), let year = digits(4) else {
        return nil
      }
      return Self.instant(year, month, day, time)
    }
    guard let day = digits(2), take(" ") || take("-"), let month = month(), take(" ") || take("-") else { return nil }
    var year = digits(4)
    if year == nil, let short = digits(2) { year = short < 70 ? 2000 + short : 1900 + short }
    guard let year, take(" "), let time = timeOfDay() else { return nil }
    return Self.instant(year, month, day, time)
  }

  // MARK: parts

  private var peek: UInt8 { at < text.count ? text[at] : 0 }

  private mutating func take(_ words: String) -> Bool {
    guard text[min(at, text.count)...].starts(with: words.utf8) else { return false }
    at += words.utf8.count
    return true
  }

  /// Exactly so many digits.
  private mutating func digits(_ count: Int) -> Int? {
    guard at + count <= text.count, text[at..<at + count].allSatisfy(\.isDigit) else { return nil }
    if at + count < text.count, text[at + count].isDigit { return nil }
    defer { at += count }
    return text[at..<at + count].reduce(0) { $0 * 10 + Int($1 - 0x30) }
  }

  private mutating func number() -> Double? {
    let start = at
    while peek.isDigit { at += 1 }
    guard at > start, at - start <= 9 else { return nil }
    if peek == UInt8(ascii: "."), at + 1 < text.count, text[at + 1].isDigit {
      at += 1
      while peek.isDigit { at += 1 }
    }
    return Double(String(decoding: text[start..<at], as: UTF8.self))
  }

  /// In seconds.
  private mutating func unit() -> Double? {
    let start = at
    while Self.isLetter(peek) { at += 1 }
    switch String(decoding: text[start..<at], as: UTF8.self) {
    case "ms", "msec", "millisecond", "milliseconds": return 0.001
    case "s", "sec", "secs", "second", "seconds": return 1
    case "m", "min", "mins", "minute", "minutes": return 60
    case "h", "hr", "hrs", "hour", "hours": return 3600
    case "d", "day", "days": return 86_400
    default:
      at = start
      return nil
    }
  }

  /// `12:00`, `12:00:00`, `12:00:00.25`, in seconds.
  private mutating func timeOfDay() -> Int? {
    guard let hours = digits(2), hours < 24, take(":"), let minutes = digits(2), minutes < 60 else { return nil }
    var seconds = 0
    if take(":") {
      guard let more = digits(2), more < 61 else { return nil }
      seconds = more
      if take(".") { while peek.isDigit { at += 1 } }
    }
    return hours * 3600 + minutes * 60 + seconds
  }

  /// Seconds east of Greenwich.
  private mutating func zone() -> Int? {
    if take("z") || take("utc") || take("gmt") { return 0 }
    let isEast = take("+")
    guard isEast || take("-") else { return nil }
    var minutes = 0
    if let both = digits(4) {
      minutes = both / 100 * 60 + both % 100
    } else if let hours = digits(2), take(":"), let more = digits(2) {
      minutes = hours * 60 + more
    }
    return (isEast ? 60 : -60) * minutes
  }

  private mutating func month() -> Int? {
    let names = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
    for (index, name) in names.enumerated() where take(name) { return index + 1 }
    return nil
  }

  private static func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }

  /// Days are counted from 1 March of the year 0, so that the leap day is the last of its year.
  private static func instant(_ year: Int, _ month: Int, _ day: Int, _ seconds: Int) -> Timestamp? {
    guard (1...12).contains(month), (1...31).contains(day), (1970...9999).contains(year) else { return nil }
    let shifted = month <= 2 ? year - 1 : year
    let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
    let days = shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
    return Timestamp(microsecondsSince1970: (Int64(days) * 86_400 + Int64(seconds)) * 1_000_000)
  }
}
