/// A decimal number of any size and precision; `1`, `1.0` and `10e-1` are equal.
///
/// Exponents of more than 17 digits count as the largest of 17.
package struct DecimalNumber: Equatable {
  private var isNegative: Bool
  /// Without zeros at either end; none for zero.
  private var digits: ArraySlice<UInt8>
  /// The value is 0.DIGITS × 10^`exponent`.
  private var exponent: Int

  /// Reads an optional sign, digits, and optionally a fraction and an exponent; all JSON numbers and such as `+7` or `007`.
  package init?(_ text: some StringProtocol) {
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
  package var isInteger: Bool { exponent >= digits.count }

  /// The one text of all equal numbers; itself a JSON number.
  package var canonicalText: String {
    if digits.isEmpty { return "0" }
    return "\(isNegative ? "-" : "")\(String(decoding: digits, as: UTF8.self))e\(exponent - digits.count)"
  }

  /// Whether it is a whole number of times another one.
  ///
  /// - Returns: `nil` where that would take too much work to find out: the divisor has more than 18 digits, or the
  ///   number more than a thousand in front of the divisor's last one.
  package func isMultiple(of divisor: DecimalNumber) -> Bool? {
    guard !divisor.digits.isEmpty, divisor.digits.count <= 18 else { return divisor.digits.isEmpty ? false : nil }
    if digits.isEmpty { return true }
    // Both as whole numbers of 10^place, the place of the divisor's last digit.
    let place = divisor.exponent - divisor.digits.count
    let (zeros, isTooFar) = (exponent - digits.count).subtractingReportingOverflow(place)
    guard !isTooFar, zeros >= 0 else { return isTooFar ? nil : false }
    guard digits.count + zeros <= 1000 else { return nil }
    let modulus = divisor.digits.reduce(UInt64(0)) { $0 * 10 + UInt64($1 - 0x30) }
    var rest = digits.reduce(UInt64(0)) { ($0 * 10 + UInt64($1 - 0x30)) % modulus }
    for _ in 0..<zeros { rest = rest * 10 % modulus }
    return rest == 0
  }

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
  package static func < (left: Self, right: Self) -> Bool {
    if left.isNegative != right.isNegative { return left.isNegative }
    let (small, large) = left.isNegative ? (right, left) : (left, right)
    if small.digits.isEmpty || large.digits.isEmpty { return small.digits.isEmpty && !large.digits.isEmpty }
    if small.exponent != large.exponent { return small.exponent < large.exponent }
    return small.digits.lexicographicallyPrecedes(large.digits)
  }
}

extension DecimalNumber {
  package init(_ integer: Int) {
    guard let number = DecimalNumber(String(integer)) else { preconditionFailure("an integer is a decimal number") }
    self = number
  }
}
