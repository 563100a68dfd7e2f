/// `google.protobuf.Timestamp` as RFC 3339 text, exact to the nanosecond.
package enum TimestampText {
  /// 0001-01-01T00:00:00Z
  private static let secondsMin: Int64 = -62_135_596_800
  /// 9999-12-31T23:59:59Z
  private static let secondsMax: Int64 = 253_402_300_799

  /// Such as `2024-02-29T12:00:00.000250Z`: UTC, with 0, 3, 6 or 9 digits of a second.
  ///
  /// - Returns: `nil` outside the years 1–9999 or for nanoseconds outside a second.
  package static func text(seconds: Int64, nanoseconds: Int32) -> String? {
    guard (secondsMin...secondsMax).contains(seconds), (0...999_999_999).contains(nanoseconds) else { return nil }
    let day = seconds >= 0 ? seconds / 86_400 : (seconds + 1) / 86_400 - 1
    let second = seconds - day * 86_400
    let date = civil(daysSince1970: day)
    var text = "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))"
    text += "T\(padded(second / 3600, 2)):\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2))"
    let nanoseconds = Int64(nanoseconds)
    if nanoseconds % 1_000_000_000 != 0 {
      if nanoseconds % 1_000_000 == 0 {
        text += "." + padded(nanoseconds / 1_000_000, 3)
      } else if nanoseconds % 1000 == 0 {
        text += "." + padded(nanoseconds / 1000, 6)
      } else {
        text += "." + padded(nanoseconds, 9)
      }
    }
    return text + "Z"
  }

  /// Reads RFC 3339 text with any offset and up to nine digits of a second.
  ///
  /// - Returns: `nil` for other text, for days no month has, and outside the years 1–9999.
  package static func parse(_ text: String) -> (seconds: Int64, nanoseconds: Int32)? {
    var scanner = Scanner(rest: Array(text.utf8)[...])
    guard let year = scanner.number(4), scanner.take("-"), let month = scanner.number(2), scanner.take("-"),
      let day = scanner.number(2), scanner.take("T"), let hour = scanner.number(2), scanner.take(":"),
      let minute = scanner.number(2), scanner.take(":"), let second = scanner.number(2)
    else { return nil }
    guard year >= 1, (1...12).contains(month), day >= 1, day <= daysIn(month: month, year: year), hour <= 23,
      minute <= 59, second <= 59
    else { return nil }
    var nanoseconds: Int64 = 0
    if scanner.take(".") {
      guard let fraction = scanner.fraction() else { return nil }
      nanoseconds = fraction
    }
    guard let offset = scanner.offset(), scanner.rest.isEmpty else { return nil }
    let days = daysSince1970(year: year, month: month, day: day)
    let seconds = days * 86_400 + hour * 3600 + minute * 60 + second - offset
    guard (secondsMin...secondsMax).contains(seconds) else { return nil }
    return (seconds, Int32(nanoseconds))
  }

  private struct Scanner {
    var rest: ArraySlice<UInt8>

    mutating func take(_ character: Unicode.Scalar) -> Bool {
      guard let first = rest.first, first == UInt8(ascii: character) else { return false }
      rest.removeFirst()
      return true
    }

    mutating func number(_ digits: Int) -> Int64? {
      guard rest.count >= digits else { return nil }
      var value: Int64 = 0
      for byte in rest.prefix(digits) {
        guard (0x30...0x39).contains(byte) else { return nil }
        value = value * 10 + Int64(byte - 0x30)
      }
      rest = rest.dropFirst(digits)
      return value
    }

    /// One to nine digits, as nanoseconds.
    mutating func fraction() -> Int64? {
      let digits = rest.prefix { (0x30...0x39).contains($0) }
      guard (1...9).contains(digits.count) else { return nil }
      rest = rest.dropFirst(digits.count)
      let value = digits.reduce(Int64(0)) { $0 * 10 + Int64($1 - 0x30) }
      return repeatElement(10, count: 9 - digits.count).reduce(value, *)
    }

    /// `Z` or `+hh:mm`, in seconds east of UTC.
    mutating func offset() -> Int64? {
      if take("Z") { return 0 }
      let isEast = take("+")
      guard isEast || take("-"), let hour = number(2), take(":"), let minute = number(2), hour <= 23, minute <= 59
      else { return nil }
      return (hour * 3600 + minute * 60) * (isEast ? 1 : -1)
    }
  }

  /// Days of the proleptic Gregorian calendar (https://howardhinnant.github.io/date_algorithms.html).
  private static func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64 {
    let year = month <= 2 ? year - 1 : year
    let era = (year >= 0 ? year : year - 399) / 400
    let yearOfEra = year - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  private static func civil(daysSince1970: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = daysSince1970 + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    let month = shiftedMonth + (shiftedMonth < 10 ? 3 : -9)
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
  }

  private static func daysIn(month: Int64, year: Int64) -> Int64 {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  private static func padded(_ number: Int64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }
}
