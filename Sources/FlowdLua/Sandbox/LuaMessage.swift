/// Lua's messages, for people who write flows.
enum LuaMessage {
  /// `attempt to index a nil value (field 'size')` says how the machine sees it; most of Lua's messages are plain.
  static func readable(_ message: String) -> String {
    if let (before, _) = cut(message[...], at: " near <eof>") { return before + " at the end" }
    return indexing(message) ?? message
  }

  /// The message of a field that is read of something without fields.
  private static func indexing(_ message: String) -> String? {
    let start = "attempt to index a "
    guard message.hasPrefix(start), let (kind, rest) = cut(message.dropFirst(start.count), at: " value") else {
      return nil
    }
    let found = kind == "nil" || kind == "null" ? String(kind) : "a " + kind
    guard let open = rest.firstIndex(of: "'"), let close = rest.lastIndex(of: "'"), open < close else {
      return "cannot read a field of what is \(found)"
    }
    return "cannot read a field of \(rest[open...close]), which is \(found)"
  }

  /// What stands before and after the first place of a separator.
  private static func cut(_ text: Substring, at separator: String) -> (before: Substring, after: Substring)? {
    guard let start = text.indices.first(where: { text[$0...].hasPrefix(separator) }) else { return nil }
    return (text[..<start], text[start...].dropFirst(separator.count))
  }
}
