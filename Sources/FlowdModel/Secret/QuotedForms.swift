/// A value as it stands within quotes that are escaped by more than a backslash.
enum QuotedForms {
  /// Those that differ from the value. What a backslash does is undone while a text is read (`BackslashEscape`).
  static func all(of value: [UInt8]) -> [[UInt8]] {
    var forms: [[UInt8]] = []
    if value.contains(apostrophe) {
      // Of shells; the third is the first once `\'` was undone, as where JSON stands in a shell's quotes; then YAML and SQL.
      for quoted in [#"'\''"#, #"'"'"'"#, "'''", "''"] as [StaticString] {
        forms.append(replacing(apostrophe, by: quoted, in: value))
      }
    }
    // CSV.
    if value.contains(UInt8(ascii: "\"")) { forms.append(replacing(UInt8(ascii: "\""), by: #""""#, in: value)) }
    for isEscaped in [isControl, { isControl($0) || $0 >= 0x80 }] where value.contains(where: isEscaped) {
      forms.append(apart(value, isEscaped))
    }
    return forms
  }

  private static let apostrophe = UInt8(ascii: "'")

  private static func isControl(_ byte: UInt8) -> Bool { byte < 0x20 || byte == 0x7F }

  private static func replacing(_ byte: UInt8, by quoted: StaticString, in value: [UInt8]) -> [UInt8] {
    quoted.withUTF8Buffer { quoted in value.flatMap { $0 == byte ? Array(quoted) : [$0] } }
  }

  /// As the GNU tools write it, what needs an escape in quotes of its own: `one'$'\n''two`.
  private static func apart(_ value: [UInt8], _ isEscaped: (UInt8) -> Bool) -> [UInt8] {
    var form: [UInt8] = []
    var wasEscaped = value.first.map(isEscaped) ?? false
    for byte in value {
      let escapes = isEscaped(byte)
      if escapes != wasEscaped { form += (escapes ? "'$'" : "''").utf8 }
      wasEscaped = escapes
      if escapes {
        form += escape(byte)
      } else {
        form += byte == apostrophe ? Array(#"'\''"#.utf8) : [byte]
      }
    }
    return form
  }

  private static func escape(_ byte: UInt8) -> [UInt8] {
    let letters = Array("abtnvfr".utf8)
    let backslash = UInt8(ascii: "\\")
    if (0x07...0x0D).contains(byte) { return [backslash, letters[Int(byte) - 7]] }
    return [backslash] + [byte >> 6, byte >> 3 & 7, byte & 7].map { UInt8(ascii: "0") + $0 }
  }
}
