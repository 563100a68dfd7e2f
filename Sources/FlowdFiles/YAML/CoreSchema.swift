/// What a plain scalar means in YAML 1.2's core schema (https://yaml.org/spec/1.2.2/#103-core-schema).
package enum CoreValue: Equatable, Sendable {
  case null
  case bool(Bool)
  /// As JSON spells it: decimal, no `+`, no leading zeros, digits on both sides of the point.
  case number(String)
  /// `.inf`, `.nan`, or an integer of base 8 or 16 past 64 bits: JSON has no such number.
  case unrepresentable
  case string

  /// Resolves the text of a plain scalar. `yes`, `no`, `on` and `off` are strings.
  package init(plain text: String) {
    switch text {
    case "", "~", "null", "Null", "NULL": self = .null
    case "true", "True", "TRUE": self = .bool(true)
    case "false", "False", "FALSE": self = .bool(false)
    case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF", ".nan", ".NaN", ".NAN":
      self = .unrepresentable
    default:
      self = Self.prefixed(text, "0x", radix: 16) ?? Self.prefixed(text, "0o", radix: 8) ?? Self.decimal(text)
    }
  }

  private static func prefixed(_ text: String, _ prefix: String, radix: Int) -> CoreValue? {
    guard text.hasPrefix(prefix) else { return nil }
    let digits = text.dropFirst(2)
    guard !digits.isEmpty, digits.utf8.allSatisfy({ isDigit($0, radix: radix) }) else { return .string }
    return UInt64(digits, radix: radix).map { .number("\($0)") } ?? .unrepresentable
  }

  private static func isDigit(_ byte: UInt8, radix: Int) -> Bool {
    switch byte {
    case 0x30...0x37: true
    case 0x38...0x39, 0x41...0x46, 0x61...0x66: radix == 16
    default: false
    }
  }

  /// `[-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`
  private static func decimal(_ text: String) -> CoreValue {
    var rest = Substring(text).utf8
    func digits() -> Substring.UTF8View {
      let digits = rest.prefix { (0x30...0x39).contains($0) }
      rest = rest.dropFirst(digits.count)
      return digits
    }
    func take(_ bytes: UInt8...) -> UInt8? {
      guard let first = rest.first, bytes.contains(first) else { return nil }
      rest = rest.dropFirst()
      return first
    }
    var result = take(UInt8(ascii: "-"), UInt8(ascii: "+")) == UInt8(ascii: "-") ? "-" : ""
    let whole = digits()
    var fraction = rest.prefix(0)
    if take(UInt8(ascii: ".")) != nil { fraction = digits() }
    guard !whole.isEmpty || !fraction.isEmpty else { return .string }
    let significant = whole.drop { $0 == UInt8(ascii: "0") }
    result += significant.isEmpty ? "0" : String(Substring(significant))
    if !fraction.isEmpty { result += "." + String(Substring(fraction)) }
    if take(UInt8(ascii: "e"), UInt8(ascii: "E")) != nil {
      result += "e"
      if let sign = take(UInt8(ascii: "-"), UInt8(ascii: "+")) { result.unicodeScalars.append(Unicode.Scalar(sign)) }
      let exponent = digits()
      guard !exponent.isEmpty else { return .string }
      result += String(Substring(exponent))
    }
    return rest.isEmpty ? .number(result) : .string
  }
}
