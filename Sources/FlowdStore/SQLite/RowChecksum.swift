/// CRC-32C (Castagnoli) over the values of a row, so that a flipped bit is noticed that leaves the database well-formed.
///
/// Each value goes in with its type and length: what can be confused on disk gives different sums.
struct RowChecksum {
  private enum Tag {
    // Above any length that SQLite allows, so that no length looks like another tag.
    static let null: UInt64 = 1 << 40
    static let text: UInt64 = 2 << 40
    static let blob: UInt64 = 3 << 40
  }

  private var crc: UInt32 = .max

  /// What is stored.
  var value: Int64 { Int64(~crc) }

  mutating func add(_ value: Int64?) {
    add(word: value.map(UInt64.init(bitPattern:)) ?? Tag.null)
  }

  mutating func add(text: UnsafeRawBufferPointer) {
    add(word: Tag.text | UInt64(text.count))
    add(bytes: text)
  }

  mutating func add(blob: UnsafeRawBufferPointer) {
    add(word: Tag.blob | UInt64(blob.count))
    add(bytes: blob)
  }

  /// The bytes alone.
  mutating func add(bytes: UnsafeRawBufferPointer) {
    var offset = 0
    while offset &+ 8 <= bytes.count {
      add(word: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
      offset &+= 8
    }
    let tables = RowChecksum.tables
    while offset < bytes.count {
      crc = (crc >> 8) ^ tables[Int(truncatingIfNeeded: (crc ^ UInt32(bytes[offset])) & 0xFF)]
      offset &+= 1
    }
  }

  /// Eight bytes at once: eight look-ups that do not wait for each other.
  @inline(__always)
  private mutating func add(word: UInt64) {
    let mixed = word ^ UInt64(crc)
    let tables = RowChecksum.tables
    func part(_ byte: Int) -> UInt32 {
      tables[(7 &- byte) &* 256 &+ Int(truncatingIfNeeded: (mixed >> (8 &* UInt64(byte))) & 0xFF)]
    }
    crc = part(0) ^ part(1) ^ part(2) ^ part(3) ^ part(4) ^ part(5) ^ part(6) ^ part(7)
  }

  /// Table `n` at `n * 256`: the sum of a byte with `n` zero bytes after it.
  ///
  /// Unsafe: written here once, before anyone can read it.
  nonisolated(unsafe) private static let tables: UnsafePointer<UInt32> = {
    let polynomial: UInt32 = 0x82F6_3B78
    let tables = UnsafeMutablePointer<UInt32>.allocate(capacity: 8 * 256)
    for byte in 0..<256 {
      var crc = UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 0 ? crc >> 1 : (crc >> 1) ^ polynomial }
      tables[byte] = crc
    }
    for index in 256..<8 * 256 {
      let before = tables[index - 256]
      tables[index] = (before >> 8) ^ tables[Int(before & 0xFF)]
    }
    return UnsafePointer(tables)
  }()
}
