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
  }

  /// The place of a byte; the end of the text for an offset past it.
  package func position(at offset: Int) -> SourcePosition {
    let offset = min(max(0, offset), bytes.count)
    let line = line(at: offset)
    let column = bytes[lineStarts[line - 1]..<offset].count { $0 & 0xC0 != 0x80 }
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
    var offset = lineStarts[Int(position.line) - 1]
    var column = position.column
    while column > 1, offset < bytes.count {
      offset += 1
      while offset < bytes.count, bytes[offset] & 0xC0 == 0x80 { offset += 1 }
      column -= 1
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
