internal import FlowdModel
internal import Glibc

/// How long a server asks to wait before the next attempt.
enum RetryAfter {
  /// `retry-after-ms` (milliseconds), else `Retry-After` (RFC 9110, 10.2.3: seconds or a date); at most
  /// `Limits.retryAfterMax`; `nil` when neither says anything that can be read.
  static func wait(_ headers: [HTTPExchange.Header], now: Timestamp) -> Duration? {
    func value(_ name: String) -> String? { headers.first { $0.name.lowercased() == name }?.value }
    if let text = value("retry-after-ms"), let wait = number(text, unit: 1) { return wait }
    guard let text = value("retry-after") else { return nil }
    if let wait = number(text, unit: 1000) { return wait }
    guard let date = HTTPDate.seconds(of: text) else { return nil }
    let milliseconds = date * 1000 - now.millisecondsSince1970
    return min(.milliseconds(max(0, milliseconds)), Limits.retryAfterMax)
  }

  static var now: Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(microsecondsSince1970: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
  }

  /// Digits, and a fraction as some servers send it.
  private static func number(_ text: String, unit: Double) -> Duration? {
    guard let first = text.utf8.first, (0x30...0x39).contains(first),
      text.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x2e }), let value = Double(text)
    else { return nil }
    return min(.milliseconds(Int64(min(value * unit, 1e12).rounded(.up))), Limits.retryAfterMax)
  }
}
