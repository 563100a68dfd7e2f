/// Makes JSON texts readable that hold halves of surrogate pairs, as servers write them that cut an answer between the two.
enum SurrogateRepair {
  private static let replacement = Array("\\ufffd".utf8)

  /// Each escaped half without its other half becomes U+FFFD; all else stays as it is.
  static func repaired(_ json: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(json.count)
    var at = 0
    while at < json.count {
      guard json[at] == UInt8(ascii: "\\"), at + 1 < json.count else {
        result.append(json[at])
        at += 1
        continue
      }
      let length = json[at + 1] == UInt8(ascii: "u") ? min(6, json.count - at) : 2
      switch unit(in: json, at: at) ?? 0 {
      case 0xD800..<0xDC00:
        let isWhole = unit(in: json, at: at + 6).map { (0xDC00..<0xE000).contains($0) } ?? false
        result += isWhole ? json[at..<at + 12] : replacement[...]
        at += isWhole ? 12 : 6
      case 0xDC00..<0xE000:
        result += replacement
        at += 6
      default:
        result += json[at..<at + length]
        at += length
      }
    }
    return result
  }

  /// The UTF-16 unit of a `\u` escape that begins here.
  private static func unit(in json: [UInt8], at start: Int) -> UInt32? {
    guard start + 6 <= json.count, json[start] == UInt8(ascii: "\\"), json[start + 1] == UInt8(ascii: "u") else {
      return nil
    }
    let digits = json[(start + 2)..<(start + 6)]
    guard digits.first != UInt8(ascii: "+"), digits.first != UInt8(ascii: "-") else { return nil }
    return UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
  }
}
