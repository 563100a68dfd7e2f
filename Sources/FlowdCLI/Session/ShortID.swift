/// Ids as people handle them: the last eight characters, which are random, while the first tell the time and look alike.
package enum ShortID {
  package static func of(_ id: String) -> String { String(id.suffix(8)) }

  package static func isWhole(_ id: String) -> Bool { id.utf8.count == 36 }

  /// Whether a shortened id means a whole one: its beginning or its end, four characters at least.
  package static func matches(_ short: String, _ id: String) -> Bool {
    let short = short.lowercased()
    return short.utf8.count >= 4 && (id.hasSuffix(short) || id.hasPrefix(short))
  }
}
