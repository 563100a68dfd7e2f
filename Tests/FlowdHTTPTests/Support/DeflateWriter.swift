/// Writes a deflate stream (RFC 1951) of one block with the fixed codes, symbol by symbol.
struct DeflateWriter {
  private(set) var bytes: [UInt8]
  private var pending: [UInt8] = [1, 1, 0]

  /// - Parameter header: What precedes the stream, such as gzip's header.
  init(after header: [UInt8]) { bytes = header }

  static let gzipHeader: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]

  mutating func literal(_ byte: UInt8) {
    if byte < 144 { code(0x30 + Int(byte), 8) } else { code(0x190 + Int(byte) - 144, 9) }
  }

  /// 258 bytes from `distance` (1 or 13) bytes before.
  mutating func repeated(distance: Int) {
    code(0xc5, 8)
    code(distance == 1 ? 0 : 7, 5)
    if distance == 13 { pending += [0, 0] }
    flush()
  }

  mutating func finish() {
    code(0, 7)
    while pending.count % 8 != 0 { pending.append(0) }
    flush()
  }

  /// Codes are packed with their highest bit first.
  private mutating func code(_ value: Int, _ length: Int) {
    for bit in (0..<length).reversed() { pending.append(UInt8(value >> bit & 1)) }
    flush()
  }

  private mutating func flush() {
    while pending.count >= 8 {
      bytes.append((0..<8).reduce(0) { $0 | pending[$1] << UInt8($1) })
      pending.removeFirst(8)
    }
  }
}
