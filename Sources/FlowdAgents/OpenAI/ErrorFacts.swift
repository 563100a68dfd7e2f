internal import FlowdModel

/// What the body of an error says, whoever's form it has.
struct ErrorFacts {
  /// For people; empty when nothing is said.
  private(set) var message = ""
  /// As a number in the body says it.
  private(set) var status: Int?

  /// Codes and types, in lower case.
  private var codes: [String] = []
  /// The message in lower case.
  private var words = ""
  private var json = JSONValue.null

  init(body: [UInt8]) {
    do {
      self.init(try JSONValue(parsing: body))
    } catch {
      let text = String(decoding: body.prefix(Limits.stepErrorBytesMax), as: UTF8.self)
      self.init(.string(text.isMarkup ? "" : text))
    }
  }

  init(_ json: JSONValue) {
    self.json = json
    var object = json
    if case .array(let elements) = object, let first = elements.first { object = first }
    if let error = object["error"], error != .null { object = error }
    message = Self.message(of: object)
    words = message.lowercased()
    for name in ["code", "type", "status", "error_type"] {
      switch object[name] {
      case .string(let text)?:
        codes.append(text.lowercased())
        if let number = Int(text), (400..<600).contains(number) { status = number }
      case .number(let text)?: if let number = Int(text), (400..<600).contains(number) { status = number }
      case .null?, .bool?, .array?, .object?, nil: break
      }
    }
    // LiteLLM puts the name of its exception before what the provider said.
    if let name = words.split(separator: ":").first, name.hasPrefix("litellm.") { codes.append(String(name)) }
  }

  /// Whether a code or type holds one of these.
  func names(_ candidates: [String]) -> Bool { codes.contains { code in candidates.contains { code.contains($0) } } }

  /// Whether the message holds one of these.
  func says(_ candidates: [String]) -> Bool { candidates.contains { words.contains($0) } }

  /// The wait that a member or the message names.
  func wait(_ now: Timestamp) -> Duration? {
    Self.wait(in: json, now, depth: 0) ?? ResetTime.find(in: message, now: now)
  }

  private static func message(of json: JSONValue) -> String {
    switch json {
    case .string(let text): return text.trimmed
    case .object:
      for name in ["message", "detail", "error", "msg"] {
        guard let part = json[name] else { continue }
        let text = message(of: part)
        if !text.isEmpty { return text }
      }
      return ""
    case .array(let elements): return elements.prefix(3).map(message).filter { !$0.isEmpty }.joined(separator: "; ")
    case .null, .bool, .number: return ""
    }
  }

  private static func wait(in json: JSONValue, _ now: Timestamp, depth: Int) -> Duration? {
    guard depth < 6 else { return nil }
    switch json {
    case .object(let members):
      for member in members {
        if let wait = wait(named: member.name.lowercased(), member.value, now) { return wait }
      }
      return members.lazy.compactMap { wait(in: $0.value, now, depth: depth + 1) }.first
    case .array(let elements): return elements.prefix(16).lazy.compactMap { wait(in: $0, now, depth: depth + 1) }.first
    case .null, .bool, .number, .string: return nil
    }
  }

  private static func wait(named name: String, _ value: JSONValue, _ now: Timestamp) -> Duration? {
    let text: String
    switch value {
    case .number(let number): text = number
    case .string(let string): text = string
    case .null, .bool, .array, .object: return nil
    }
    switch name {
    case "retry_after_ms", "retryafterms": return ResetTime.duration(text + "ms")
    case "retry_after", "retryafter", "retrydelay", "retry_delay", "retry_after_seconds", "resets_in_seconds":
      return ResetTime.duration(text)
    case "resets_at", "reset_at", "resetsat", "resetat", "reset_time", "quotaresettimestamp":
      return ResetTime.until(text, now: now)
    default: return nil
    }
  }
}

extension String {
  /// Without spaces and line ends at its ends, on at most a few lines.
  fileprivate var trimmed: String {
    let scalars = unicodeScalars
    guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
      let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
    else { return "" }
    return String(scalars[first...last])
  }

  /// A page for people, such as that of a proxy.
  fileprivate var isMarkup: Bool { trimmed.hasPrefix("<") }
}
