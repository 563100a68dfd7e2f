/// Reads the text of JSON numbers without losing digits.
enum JSONNumberText {
  /// An integer's sign and size; `nil` for text that is no JSON number, has a fraction, or exceeds 64 bits.
  ///
  /// `1e2` and `1.0` are integers, as the JSON mapping asks.
  static func integer(_ text: String) -> (isNegative: Bool, magnitude: UInt64)? {
    guard let parts = Parts(text) else { return nil }
    var digits = parts.whole + parts.fraction
    var exponent = parts.exponent - parts.fraction.count
    while exponent < 0, digits.last == 0 {
      digits.removeLast()
      exponent += 1
    }
    let significant = digits.drop { $0 == 0 }
    guard !significant.isEmpty else { return (false, 0) }
    guard exponent >= 0, significant.count + exponent <= 20 else { return nil }
    var magnitude: UInt64 = 0
    for digit in significant + repeatElement(0, count: exponent) {
      let (tens, overflow) = magnitude.multipliedReportingOverflow(by: 10)
      let (sum, carry) = tens.addingReportingOverflow(UInt64(digit))
      guard !overflow, !carry else { return nil }
      magnitude = sum
    }
    return (parts.isNegative, magnitude)
  }

  static func isNumber(_ text: String) -> Bool { Parts(text) != nil }

  /// A number cut by the grammar of RFC 8259 §6.
  private struct Parts {
    var isNegative = false
    var whole: [UInt8] = []
    var fraction: [UInt8] = []
    /// Held within ±1,000,000, beyond which no 64-bit value has it.
    var exponent = 0

    init?(_ text: String) {
      var rest = Array(text.utf8)[...]
      isNegative = rest.first == UInt8(ascii: "-")
      if isNegative { rest.removeFirst() }
      whole = Parts.takeDigits(&rest)
      guard !whole.isEmpty, whole.count == 1 || whole[0] != 0 else { return nil }
      if rest.first == UInt8(ascii: ".") {
        rest.removeFirst()
        fraction = Parts.takeDigits(&rest)
        guard !fraction.isEmpty else { return nil }
      }
      if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
        rest.removeFirst()
        let isBelowOne = rest.first == UInt8(ascii: "-")
        if isBelowOne || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
        let digits = Parts.takeDigits(&rest)
        guard !digits.isEmpty else { return nil }
        let size = digits.reduce(0) { min($0 * 10 + Int($1), 1_000_000) }
        exponent = isBelowOne ? -size : size
      }
      guard rest.isEmpty else { return nil }
    }

    private static func takeDigits(_ rest: inout ArraySlice<UInt8>) -> [UInt8] {
      let digits = rest.prefix { (0x30...0x39).contains($0) }
      rest = rest.dropFirst(digits.count)
      return digits.map { $0 - 0x30 }
    }
  }
}
