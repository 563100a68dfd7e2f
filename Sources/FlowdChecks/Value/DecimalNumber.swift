internal import FlowdModel

/// A decimal number of any size and precision; `1`, `1.0` and `10e-1` are equal.
///
/// Exponents of more than 17 digits count as the largest of 17.
struct DecimalNumber: Equatable {
  private var isNegative: Bool
  /// Without zeros at either end; none for zero.
  private var digits: ArraySlice<UInt8>
  /// The value is 0.DIGITS × 10^`exponent`.
  private var exponent: Int

  /// Reads an optional sign, digits, and optionally a fraction and an exponent; all JSON numbers and such as `+7` or `007`.
  init?(_ text: some StringProtocol) {
    var rest = Array(text.utf8)[...]
    isNegative = rest.first == UInt8(ascii: "-")
    if let sign = rest.first, Self.isSign(sign) { rest = rest.dropFirst() }
    let whole = rest.prefix(while: Self.isDigit)
    guard !whole.isEmpty else { return nil }
    rest = rest.dropFirst(whole.count)
    var fraction: ArraySlice<UInt8> = []
    if rest.first == UInt8(ascii: ".") {
      fraction = rest.dropFirst().prefix(while: Self.isDigit)
      guard !fraction.isEmpty else { return nil }
      rest = rest.dropFirst(1 + fraction.count)
    }
    guard let power = Self.power(rest) else { return nil }
    digits = whole + fraction
    exponent = whole.count + power
    normalise()
  }

  /// Whether it has no fraction, however it is written.
  var isInteger: Bool { exponent >= digits.count }

  /// Takes away what does not change the value.
  private mutating func normalise() {
    let zero = UInt8(ascii: "0")
    let zeros = digits.prefix { $0 == zero }.count
    digits = digits.dropFirst(zeros)
    exponent -= zeros
    while digits.last == zero { digits.removeLast() }
    if digits.isEmpty { (isNegative, exponent) = (false, 0) }
  }

  /// The value of `e±digits`; 0 for nothing, `nil` for anything else.
  private static func power(_ text: ArraySlice<UInt8>) -> Int? {
    guard let first = text.first else { return 0 }
    guard first | 0x20 == UInt8(ascii: "e") else { return nil }
    var digits = text.dropFirst()
    let isNegative = digits.first == UInt8(ascii: "-")
    if let sign = digits.first, isSign(sign) { digits = digits.dropFirst() }
    guard !digits.isEmpty, digits.allSatisfy(isDigit) else { return nil }
    let bound = 99_999_999_999_999_999
    let value = digits.reduce(0) { value, digit in min(bound, value * 10 + Int(digit - 0x30)) }
    return isNegative ? -value : value
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  private static func isSign(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+") }
}

extension DecimalNumber: Comparable {
  static func < (left: Self, right: Self) -> Bool {
    if left.isNegative != right.isNegative { return left.isNegative }
    let (small, large) = left.isNegative ? (right, left) : (left, right)
    if small.digits.isEmpty || large.digits.isEmpty { return small.digits.isEmpty && !large.digits.isEmpty }
    if small.exponent != large.exponent { return small.exponent < large.exponent }
    return small.digits.lexicographicallyPrecedes(large.digits)
  }
}

extension DecimalNumber {
  init(_ integer: Int) {
    guard let number = DecimalNumber(String(integer)) else { preconditionFailure("an integer is a decimal number") }
    self = number
  }
}
