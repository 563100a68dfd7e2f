/// Sizes as people write them: `65536`, `512KiB`, `64MiB`, `1GiB`.
package enum ByteCountText {
  /// What is wrong with a text, as the end of a sentence that names the key.
  package struct Mistake: Error {
    package var message: String
  }

  /// A number of bytes within `range`.
  package static func parse(_ text: String, in range: ClosedRange<Int>) throws(Mistake) -> Int {
    let digits = text.prefix { ("0"..."9").contains($0) }
    let unit = text.dropFirst(digits.count)
    guard let count = Int(digits), let factor = units.first(where: { $0.name == unit })?.bytes else {
      throw Mistake(
        message: "must be a number of bytes, alone or with KiB, MiB or GiB, such as 64MiB; found \(quoted(text))")
    }
    let (bytes, overflow) = count.multipliedReportingOverflow(by: factor)
    guard !overflow, range.contains(bytes) else {
      throw Mistake(message: "must be from \(range.lowerBound) to \(range.upperBound) bytes")
    }
    return bytes
  }

  /// A size for people to read: `64 MiB`, `1.5 MiB`, `20 bytes`.
  package static func describe(_ count: Int) -> String {
    guard let unit = units.last(where: { $0.bytes > 1 && count >= $0.bytes }) else {
      return count == 1 ? "1 byte" : "\(count) bytes"
    }
    let tenths = count / (unit.bytes / 10)
    let fraction = count % unit.bytes == 0 || tenths % 10 == 0 ? "" : ".\(tenths % 10)"
    return "\(count / unit.bytes)\(fraction) \(unit.name)"
  }

  private static let units = [
    (name: "", bytes: 1), (name: "KiB", bytes: 1_024), (name: "MiB", bytes: 1_048_576),
    (name: "GiB", bytes: 1_073_741_824),
  ]
}
