internal import FlowdModel

/// Cuts lines out of bytes that come in pieces; a line's end, LF or CRLF, is no part of it.
struct LineSplitter: Sendable {
  /// The rest of a line may have been thrown away.
  private(set) var isTooLong = false

  private let lineBytesMax: Int
  private var begun: [UInt8] = []

  init(lineBytesMax: Int = Limits.agentLineBytesMax) { self.lineBytesMax = lineBytesMax }

  /// Takes a piece.
  ///
  /// - Returns: The lines that it completes; after one that is too long there are no more.
  mutating func push(_ bytes: [UInt8]) -> [[UInt8]] {
    var lines: [[UInt8]] = []
    var rest = bytes[...]
    while !isTooLong, let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      take(rest[..<end])
      rest = rest[(end + 1)...]
      if !isTooLong { lines.append(complete()) }
    }
    if !isTooLong { take(rest) }
    return lines
  }

  /// The end of the bytes.
  ///
  /// - Returns: A last line that has no end.
  mutating func finish() -> [UInt8]? {
    begun.isEmpty || isTooLong ? nil : complete()
  }

  private mutating func take(_ bytes: ArraySlice<UInt8>) {
    isTooLong = begun.count + bytes.count > lineBytesMax
    if isTooLong {
      begun = []
    } else {
      begun += bytes
    }
  }

  private mutating func complete() -> [UInt8] {
    defer { begun = [] }
    if begun.last == UInt8(ascii: "\r") { begun.removeLast() }
    return begun
  }
}
