/// Milliseconds the way people say them.
enum Milliseconds {
  /// Exact, such as `18 ms`, `2s`, `1.5s`, `2m`, `1m 30.25s`.
  static func text(_ count: Int64) -> String {
    guard count >= 1000 else { return "\(count) ms" }
    let (minutes, rest) = count.quotientAndRemainder(dividingBy: 60_000)
    var seconds = "\(rest / 1000)"
    if rest % 1000 != 0 {
      var decimals = String(String(1000 + rest % 1000).dropFirst())
      while decimals.hasSuffix("0") { decimals.removeLast() }
      seconds += ".\(decimals)"
    }
    guard minutes > 0 else { return "\(seconds)s" }
    return rest == 0 ? "\(minutes)m" : "\(minutes)m \(seconds)s"
  }
}
