package import FlowdModel

/// A file's text, and the way between places in it and byte offsets.
package struct SourceText: Sendable {
  /// What counts as the end of a line.
  package enum LineBreaks: Sendable {
    /// LF, CR LF, CR.
    case json
    /// Also U+0085, U+2028 and U+2029, as libyaml counts lines (YAML 1.1 §4.2).
    case yaml
  }

  /// As diagnostics name it.
  package let file: String
  /// Without a byte order mark.
  package let bytes: [UInt8]
  private let lineStarts: [Int]
  /// How many characters begin before each block of `blockBytes`, so that a place in a long line is found at once.
  private let charactersBefore: [Int32]
  private static let blockBytes = 512

  package init(_ bytes: [UInt8], file: String, lineBreaks: LineBreaks) {
    self.file = file
    self.bytes = bytes
    var starts = [0]
    for (index, byte) in bytes.enumerated() {
      switch byte {
      case 0x0A:
        starts.append(index + 1)
      case 0x0D where index + 1 == bytes.count || bytes[index + 1] != 0x0A:
        starts.append(index + 1)
      case 0xC2 where lineBreaks == .yaml && bytes[index...].starts(with: [0xC2, 0x85]):
        starts.append(index + 2)
      case 0xE2
      where lineBreaks == .yaml
        && (bytes[index...].starts(with: [0xE2, 0x80, 0xA8]) || bytes[index...].starts(with: [0xE2, 0x80, 0xA9])):
        starts.append(index + 3)
      default:
        break
      }
    }
    lineStarts = starts
    var count: Int32 = 0
    var counts: [Int32] = [0]
    counts.reserveCapacity(bytes.count / Self.blockBytes + 2)
    for (index, byte) in bytes.enumerated() {
      if byte & 0xC0 != 0x80 { count += 1 }
      if (index + 1) % Self.blockBytes == 0 { counts.append(count) }
    }
    charactersBefore = counts
  }

  /// How many characters begin before a byte.
  private func characters(before offset: Int) -> Int {
    let block = offset / Self.blockBytes
    return Int(charactersBefore[block]) + bytes[(block * Self.blockBytes)..<offset].count { $0 & 0xC0 != 0x80 }
  }

  /// The place of a byte; the end of the text for an offset past it.
  package func position(at offset: Int) -> SourcePosition {
    let offset = min(max(0, offset), bytes.count)
    let line = line(at: offset)
    let column = characters(before: offset) - characters(before: lineStarts[line - 1])
    return SourcePosition(line: line, column: column + 1)
  }

  /// The line of a byte, from 1.
  package func line(at offset: Int) -> Int {
    var (low, high) = (0, lineStarts.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    return low + 1
  }

  /// The byte at a place; the nearest one for a place outside the text.
  package func offset(of position: SourcePosition) -> Int {
    guard position.line >= 1 else { return 0 }
    guard Int(position.line) <= lineStarts.count else { return bytes.count }
    let start = lineStarts[Int(position.line) - 1]
    let wanted = characters(before: start) + max(0, Int(position.column) - 1)
    var (low, high) = (start / Self.blockBytes, charactersBefore.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if Int(charactersBefore[middle]) <= wanted { low = middle } else { high = middle }
    }
    var offset = max(start, low * Self.blockBytes)
    var passed = characters(before: offset)
    while offset < bytes.count {
      if bytes[offset] & 0xC0 != 0x80 {
        if passed == wanted { break }
        passed += 1
      }
      offset += 1
    }
    return offset
  }

  /// A line's text without its end; for hints, so wrong lines give an empty one.
  package func line(_ number: Int) -> ArraySlice<UInt8> {
    guard number >= 1, number <= lineStarts.count else { return [] }
    let end = number < lineStarts.count ? lineStarts[number] : bytes.count
    return bytes[lineStarts[number - 1]..<end]
  }

  /// An error at a place of this file.
  package func error(_ message: String, at position: SourcePosition) -> Diagnostic {
    Diagnostic(file: file, line: Int(position.line), column: Int(position.column), message: message)
  }
}
