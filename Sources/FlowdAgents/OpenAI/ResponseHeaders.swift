internal import FlowdModel

/// Headers of a response by their lower-case names, and what they say about waiting.
struct ResponseHeaders {
  private let values: [String: String]

  init(_ headers: [HTTPExchange.Header]) {
    // A proxy passes a provider's own on under this prefix; its own go before them.
    let named = headers.map { ($0.name.lowercased(), $0.value) }
    let passedOn = named.filter { $0.0.hasPrefix(Self.passedOn) }.map {
      (String($0.0.dropFirst(Self.passedOn.count)), $0.1)
    }
    values = Dictionary(named + passedOn) { first, _ in first }
  }

  private static let passedOn = "llm_provider-"

  subscript(name: String) -> String? { values[name] }

  /// `retry-after-ms`, else `Retry-After` in seconds or as a date.
  func retryAfter(_ now: Timestamp) -> Duration? {
    if let text = values["retry-after-ms"], let wait = ResetTime.duration(text + "ms") { return wait }
    guard let text = values["retry-after"] else { return nil }
    return ResetTime.duration(text) ?? ResetTime.until(text, now: now)
  }

  /// When the limit that is used up is reset: the longest of those of which nothing remains; of all when none says so.
  func limitReset(_ now: Timestamp) -> Duration? {
    var exhausted: [Duration] = []
    var all: [Duration] = []
    for (name, value) in values where name.contains("ratelimit") && name.contains("reset") {
      guard let wait = ResetTime.duration(value, now: now) else { continue }
      all.append(wait)
      let remaining = name.replacing("reset", with: "remaining")
      if values[remaining] == "0" { exhausted.append(wait) }
    }
    return exhausted.max() ?? all.max()
  }
}

extension ResetTime {
  /// A duration or an instant; numbers that are too large for a duration are Unix times.
  fileprivate static func duration(_ text: String, now: Timestamp) -> Duration? {
    if let duration = duration(text) { return duration }
    return until(text, now: now)
  }
}
