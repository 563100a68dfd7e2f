/// Lua's messages, for people who write flows.
enum LuaMessage {
  /// `attempt to index a nil value (field 'size')` says how the machine sees it; the rest of Lua's messages are plain.
  static func readable(_ message: String) -> String {
    if let (kind, name) = indexed(message) {
      let what = name.isEmpty ? "a value that is \(kind)" : "\(name), which is \(kind)"
      return "cannot read a field of \(what)"
    }
    if let range = position(of: " near <eof>", in: message) {
      return String(message[..<range]) + " at the end"
    }
    return message
  }

  /// The kind and the name in `attempt to index a KIND value (local 'NAME')`.
  private static func indexed(_ message: String) -> (kind: Substring, name: Substring)? {
    let start = "attempt to index a "
    guard message.hasPrefix(start) else { return nil }
    let rest = message.dropFirst(start.count)
    guard let end = position(of: " value", in: String(rest)) else { return nil }
    let kind = rest[
      rest.startIndex..<rest.index(rest.startIndex, offsetBy: rest.distance(from: rest.startIndex, to: end))]
    guard let open = rest.firstIndex(of: "'"), let close = rest.lastIndex(of: "'"), open < close else {
      return (kind, "")
    }
    return (kind, rest[open...close])
  }

  private static func position(of needle: String, in text: String) -> String.Index? {
    text.indices.first { text[$0...].hasPrefix(needle) }
  }
}
