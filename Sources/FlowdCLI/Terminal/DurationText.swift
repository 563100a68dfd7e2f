/// Times as people write and read them.
package enum DurationText {
  /// Reads `500ms`, `30s`, `2m`, `1h`, `1h30m`; a bare number is seconds.
  package static func parse(_ text: String) -> Duration? {
    if let seconds = UInt32(text) { return .seconds(Int64(seconds)) }
    let units: [(name: String, milliseconds: Int64)] = [
      ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
    ]
    var rest = Substring(text)
    var total: Int64 = 0
    var previous = Int64.max
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      let letters = rest.dropFirst(digits.count).prefix { $0.isASCII && $0.isLetter }
      guard let number = UInt32(digits), let unit = units.first(where: { $0.name == letters }),
        unit.milliseconds < previous
      else { return nil }
      total += Int64(number) * unit.milliseconds
      previous = unit.milliseconds
      rest = rest.dropFirst(digits.count + letters.count)
    }
    return text.isEmpty ? nil : .milliseconds(total)
  }

  /// Such as `18 ms`, `0.4s`, `12.3s`, `2m 05s`, `1h 02m`, `3d 04h`.
  package static func short(_ duration: Duration) -> String {
    let (seconds, attoseconds) = max(duration, .zero).components
    let tenths = seconds * 10 + attoseconds / 100_000_000_000_000_000
    if tenths < 1 { return "\(attoseconds / 1_000_000_000_000_000) ms" }
    if tenths < 600 { return "\(tenths / 10).\(tenths % 10)s" }
    if seconds < 3600 { return "\(seconds / 60)m \(twoDigits(seconds % 60))s" }
    if seconds < 86_400 { return "\(seconds / 3600)h \(twoDigits(seconds / 60 % 60))m" }
    return "\(seconds / 86_400)d \(twoDigits(seconds / 3600 % 24))h"
  }

  /// Such as `now`, `12s ago`, `5m ago`, `3h ago`, `2d ago`.
  package static func age(_ duration: Duration) -> String {
    let seconds = duration.components.seconds
    switch seconds {
    case ..<2: return "now"
    case ..<60: return "\(seconds)s ago"
    case ..<3600: return "\(seconds / 60)m ago"
    case ..<86_400: return "\(seconds / 3600)h ago"
    default: return "\(seconds / 86_400)d ago"
    }
  }

  private static func twoDigits(_ number: Int64) -> String { number < 10 ? "0\(number)" : String(number) }
}
