internal import FlowdModel
internal import Glibc

extension Timestamp {
  /// RFC 3339, UTC, to the millisecond: `2024-02-29T12:00:00.250Z`.
  var rfc3339: String {
    let (whole, rest) = microsecondsSince1970.quotientAndRemainder(dividingBy: 1_000_000)
    var seconds = time_t(rest < 0 ? whole - 1 : whole)
    let milliseconds = (rest < 0 ? rest + 1_000_000 : rest) / 1000
    var parts = tm()
    gmtime_r(&seconds, &parts)
    func padded(_ number: Int, _ width: Int) -> String {
      let digits = String(number)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    let date =
      "\(padded(Int(parts.tm_year) + 1900, 4))-\(padded(Int(parts.tm_mon) + 1, 2))-\(padded(Int(parts.tm_mday), 2))"
    let time = "\(padded(Int(parts.tm_hour), 2)):\(padded(Int(parts.tm_min), 2)):\(padded(Int(parts.tm_sec), 2))"
    return "\(date)T\(time).\(padded(Int(milliseconds), 3))Z"
  }
}
