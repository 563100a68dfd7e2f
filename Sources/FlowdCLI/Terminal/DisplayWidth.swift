/// How many columns text takes on a terminal.
///
/// Counted per scalar, as `wcwidth` and most terminals do: combining marks and format characters take none, East Asian wide
/// characters and emoji two. A terminal that joins emoji sequences needs less than is counted, never more.
package enum DisplayWidth {
  package static func of(_ text: String) -> Int {
    var width = 0
    // Text of printable ASCII, the usual case, takes a column a byte.
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text.utf8.count }
    for scalar in text.unicodeScalars { width += of(scalar) }
    return width
  }

  package static func of(_ scalar: Unicode.Scalar) -> Int {
    let value = scalar.value
    if value < 0x7F { return value < 0x20 ? 0 : 1 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control, .lineSeparator, .paragraphSeparator:
      return value == 0xAD ? 1 : 0
    default: break
    }
    // Vowels and finals of decomposed Hangul join the syllable before them.
    if (0x1160...0x11FF).contains(value) { return 0 }
    return isWide(value) || scalar.properties.isEmojiPresentation ? 2 : 1
  }

  /// Unicode's East_Asian_Width W and F, in blocks.
  private static func isWide(_ value: UInt32) -> Bool {
    switch value {
    case 0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF,
      0xA000...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F,
      0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18CFF, 0x1B000...0x1B2FB, 0x1F200...0x1F202, 0x1F210...0x1F23B,
      0x1F240...0x1F248, 0x1F250...0x1F251, 0x1F260...0x1F265, 0x1F300...0x1F320, 0x1F900...0x1F9FF,
      0x20000...0x2FFFD, 0x30000...0x3FFFD:
      true
    default: false
    }
  }

  /// The text cut to some columns, with `…` where something is missing.
  package static func truncated(_ text: String, to columns: Int) -> String {
    guard of(text) > columns else { return text }
    guard columns > 0 else { return "" }
    var result = String.UnicodeScalarView()
    var width = 0
    for scalar in text.unicodeScalars {
      let own = of(scalar)
      if width + own > columns - 1 { break }
      width += own
      result.append(scalar)
    }
    return String(result) + "…"
  }

  /// The text cut to some columns in its middle, so that its beginning and its end stay.
  package static func truncatedInMiddle(_ text: String, to columns: Int) -> String {
    guard of(text) > columns else { return text }
    // Two thirds for the beginning, with the `…`.
    let beginning = truncated(text, to: (columns * 2 + 2) / 3)
    var left = columns - of(beginning)
    let end = text.unicodeScalars.reversed().prefix { scalar in
      left -= of(scalar)
      return left >= 0
    }
    return beginning + String(String.UnicodeScalarView(end.reversed()))
  }

  /// The text with spaces up to some columns.
  package static func padded(_ text: String, to columns: Int) -> String {
    text + String(repeating: " ", count: max(0, columns - of(text)))
  }
}
