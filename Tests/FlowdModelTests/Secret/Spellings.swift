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

  static func url(_ bytes: [UInt8], uppercase: Bool, space: String = "%20") -> String {
    bytes.map { byte in
      let scalar = Unicode.Scalar(byte)
      if scalar == " " { return space }
      return scalar.isASCII && (scalar.properties.isAlphabetic || "0123456789-._~".unicodeScalars.contains(scalar))
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
    let text = String(number, radix: 16, uppercase: uppercase)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }
}
