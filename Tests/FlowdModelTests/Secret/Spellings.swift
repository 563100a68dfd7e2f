/// How programs write a value into what they report.
enum Spellings {
  static func all(of value: String) -> [(name: String, text: String)] {
    let bytes = Array(value.utf8)
    let standard = base64(bytes)
    return [
      ("as it is", value),
      ("JSON", json(value)),
      (
        "JSON with every slash escaped",
        json(value).split(separator: "/", omittingEmptySubsequences: false)
          .joined(separator: "\\/")
      ),
      ("JSON in ASCII", jsonInASCII(value, uppercase: false)),
      ("JSON in ASCII, upper case", jsonInASCII(value, uppercase: true)),
      ("JSON with every character escaped", value.utf16.map { "\\u" + hex($0, 4, uppercase: true) }.joined()),
      ("JSON in JSON", json(json(value))),
      ("URL", url(bytes, uppercase: true)),
      ("URL, lower case", url(bytes, uppercase: false)),
      ("form", url(bytes, uppercase: true, space: "+")),
      ("every byte percent-encoded", bytes.map { "%" + hex(UInt16($0), 2, uppercase: true) }.joined()),
      ("URL in URL", url(Array(url(bytes, uppercase: true).utf8), uppercase: true)),
      ("JSON in URL", url(Array(json(value).utf8), uppercase: true)),
      ("base64", standard),
      ("URL-safe base64", urlSafe(standard)),
      (
        "base64 in JSON",
        json(standard).split(separator: "/", omittingEmptySubsequences: false)
          .joined(separator: "\\/")
      ),
      ("base64 in URL", url(Array(standard.utf8), uppercase: true)),
      ("wrapped base64", wrapped(standard, columns: 76, by: "\n")),
      ("narrow base64 in JSON", json(wrapped(standard, columns: 20, by: "\r\n"))),
      ("hexadecimal", bytes.map { hex(UInt16($0), 2, uppercase: false) }.joined()),
      ("hexadecimal, upper case", bytes.map { hex(UInt16($0), 2, uppercase: true) }.joined()),
      ("taken for Latin-1", bytes.map { String(Unicode.Scalar($0)) }.joined()),
      ("CRLF", value.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n")),
    ] + inHTML(value) + inShells(value)
  }

  private static func inHTML(_ value: String) -> [(name: String, text: String)] {
    let bytes = Array(value.utf8)
    let upper = ["amp", "lt", "gt", "quot"].reduce(html(value)) {
      $0.replacing("&\($1);", by: "&\($1.uppercased());")
    }
    return [
      ("HTML", html(value)),
      ("HTML as XML names it", html(value, apostrophe: "&apos;")),
      ("HTML, upper case", upper),
      ("HTML with decimal references", htmlInASCII(value) { "&#\($0);" }),
      ("HTML with zeros in front", htmlInASCII(value) { "&#0000\($0);" }),
      ("HTML with hexadecimal references", htmlInASCII(value) { "&#x" + String($0, radix: 16) + ";" }),
      ("HTML with upper case", htmlInASCII(value) { "&#X" + String($0, radix: 16, uppercase: true) + ";" }),
      ("HTML in HTML", html(html(value))),
      ("JSON in HTML", html(json(value))),
      ("HTML in JSON", json(html(value))),
      ("HTML in JSON in ASCII", jsonInASCII(html(value), uppercase: false)),
      ("URL in HTML", html(url(bytes, uppercase: true, kept: "!'()*"))),
      ("HTML in URL", url(Array(html(value).utf8), uppercase: true)),
      ("URL in JSON", json(url(bytes, uppercase: true, kept: "/\"")).replacing("/", by: "\\/")),
    ]
  }

  private static func inShells(_ value: String) -> [(name: String, text: String)] {
    [
      ("shell, apostrophes apart", value.replacing("'", by: #"'\''"#)),
      ("shell, apostrophes in quotes", value.replacing("'", by: #"'"'"'"#)),
      ("JSON in shell", json(value).replacing("'", by: #"'\''"#)),
      ("shell in JSON", json(value.replacing("'", by: #"'"'"'"#))),
      ("shell in HTML", html(value.replacing("'", by: #"'"'"'"#))),
      ("shell with backslashes", backslashed(value)),
      ("shell with backslashes in JSON", json(backslashed(value))),
      ("shell with backslashes in HTML", html(backslashed(value))),
      ("shell literal", literal(value)),
      ("GNU", gnu(value)),
      ("YAML or SQL", value.replacing("'", by: "''")),
      ("CSV", value.replacing("\"", by: "\"\"")),
      ("Python", python(value)),
    ]
  }

  static func json(_ text: String) -> String {
    text.unicodeScalars.map { scalar in
      switch scalar {
      case "\"": "\\\""
      case "\\": "\\\\"
      case "\n": "\\n"
      case "\t": "\\t"
      default: String(scalar)
      }
    }.joined()
  }

  static func jsonInASCII(_ text: String, uppercase: Bool) -> String {
    text.unicodeScalars.map { scalar in
      scalar.isASCII && scalar.value >= 0x20 && !"<>&\"\\'".unicodeScalars.contains(scalar)
        ? String(scalar) : String(scalar).utf16.map { "\\u" + hex($0, 4, uppercase: uppercase) }.joined()
    }.joined()
  }

  /// As Python's `html.escape` does.
  static func html(_ text: String, apostrophe: String = "&#x27;") -> String {
    text.unicodeScalars.map { scalar in
      switch scalar {
      case "&": "&amp;"
      case "<": "&lt;"
      case ">": "&gt;"
      case "\"": "&quot;"
      case "'": apostrophe
      case "\u{A0}": "&nbsp;"
      default: String(scalar)
      }
    }.joined()
  }

  static func htmlInASCII(_ text: String, _ reference: (UInt32) -> String) -> String {
    text.unicodeScalars.map { $0.isASCII && $0.properties.isAlphabetic ? String($0) : reference($0.value) }.joined()
  }

  /// As `printf %q` of bash does where there is nothing but marks.
  static func backslashed(_ text: String) -> String {
    text.unicodeScalars.map { scalar in
      (0x20..<0x7F).contains(scalar.value) && !scalar.properties.isAlphabetic
        && !"0123456789_-./:=@%+".unicodeScalars.contains(scalar) ? "\\" + String(scalar) : String(scalar)
    }.joined()
  }

  /// The inside of bash's `$'…'`.
  static func literal(_ text: String) -> String { text.utf8.map(literal).joined() }

  private static func literal(_ byte: UInt8) -> String {
    switch byte {
    case UInt8(ascii: "\\"), UInt8(ascii: "'"): "\\" + String(Unicode.Scalar(byte))
    case 0x09: "\\t"
    case 0x0A: "\\n"
    case 0x20..<0x7F: String(Unicode.Scalar(byte))
    default: "\\" + padded(String(byte, radix: 8), 3)
    }
  }

  /// The inside of what `printf %q` of the GNU coreutils writes where only ASCII is shown as it is.
  static func gnu(_ text: String) -> String {
    var shown = ""
    var wasEscaped = text.utf8.first.map { !(0x20..<0x7F).contains($0) } ?? false
    for byte in text.utf8 {
      let escapes = !(0x20..<0x7F).contains(byte)
      if escapes != wasEscaped { shown += escapes ? "'$'" : "''" }
      wasEscaped = escapes
      shown += escapes ? literal(byte) : byte == UInt8(ascii: "'") ? #"'\''"# : String(Unicode.Scalar(byte))
    }
    return shown
  }

  /// The inside of Python's `ascii`.
  static func python(_ text: String) -> String {
    text.unicodeScalars.map { scalar in
      switch scalar.value {
      case 0x0A: "\\n"
      case 0x09: "\\t"
      case 0x27, 0x5C: "\\" + String(scalar)
      case 0x20..<0x7F: String(scalar)
      case ..<0x100: "\\x" + padded(String(scalar.value, radix: 16), 2)
      case ..<0x10000: "\\u" + padded(String(scalar.value, radix: 16), 4)
      default: "\\U" + padded(String(scalar.value, radix: 16), 8)
      }
    }.joined()
  }

  static func url(_ bytes: [UInt8], uppercase: Bool, space: String = "%20", kept: String = "") -> String {
    bytes.map { byte in
      let scalar = Unicode.Scalar(byte)
      if scalar == " " { return space }
      let isKept = scalar.properties.isAlphabetic || "0123456789-._~\(kept)".unicodeScalars.contains(scalar)
      return scalar.isASCII && isKept
        ? String(scalar) : "%" + hex(UInt16(byte), 2, uppercase: uppercase)
    }.joined()
  }

  static func base64(_ bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    var text = ""
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = Array(bytes[start..<min(start + 3, bytes.count)])
      let bits = group.enumerated().reduce(0) { $0 | Int($1.element) << (16 - 8 * $1.offset) }
      for index in 0..<4 {
        text.append(index <= group.count ? alphabet[bits >> (18 - 6 * index) & 63] : "=")
      }
    }
    return text
  }

  static func urlSafe(_ base64: String) -> String {
    String(base64.map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 }.prefix { $0 != "=" })
  }

  static func wrapped(_ text: String, columns: Int, by lineBreak: String) -> String {
    let characters = Array(text)
    return stride(from: 0, to: characters.count, by: columns)
      .map { String(characters[$0..<min($0 + columns, characters.count)]) }.joined(separator: lineBreak)
  }

  private static func hex(_ number: UInt16, _ digits: Int, uppercase: Bool) -> String {
    padded(String(number, radix: 16, uppercase: uppercase), digits)
  }

  private static func padded(_ digits: String, _ count: Int) -> String {
    String(repeating: "0", count: max(0, count - digits.count)) + digits
  }
}

extension String {
  /// The same with every occurrence replaced, compared by Unicode scalars.
  func replacing(_ wanted: String, by other: String) -> String {
    var result = String.UnicodeScalarView()
    var rest = unicodeScalars[...]
    while let first = rest.first {
      if rest.starts(with: wanted.unicodeScalars) {
        result += other.unicodeScalars
        rest = rest.dropFirst(wanted.unicodeScalars.count)
      } else {
        result.append(first)
        rest = rest.dropFirst()
      }
    }
    return String(result)
  }
}
