/// The last line that a command wrote, safe to show.
///
/// Fed chunk by chunk; a carriage return begins the line anew, as progress bars mean it to.
package struct OutputTail: Equatable, Sendable {
  private static let lineScalarsMax = 400

  /// The last line with something in it.
  package private(set) var line = ""
  private var filter = EscapeFilter(keeps: .nothing)
  private var current = ""

  package init() {}

  package static func == (left: OutputTail, right: OutputTail) -> Bool { left.line == right.line }

  package mutating func add(_ chunk: [UInt8]) {
    // A line's end shows only the bytes since the last one; what is far before the end of a chunk cannot be seen.
    let recent = chunk.suffix(16_384)
    var start = recent.startIndex
    for index in recent.indices where recent[index] == 0x0A || recent[index] == 0x0D {
      append(recent[start..<index])
      finishLine()
      start = index + 1
    }
    append(recent[start...])
    if current.contains(where: { $0 != " " }) { line = current }
  }

  private mutating func append(_ bytes: ArraySlice<UInt8>) {
    guard !bytes.isEmpty else { return }
    let text = filter.filter(String(decoding: bytes, as: UTF8.self))
    let room = OutputTail.lineScalarsMax - current.unicodeScalars.count
    if room > 0 { current += String(String.UnicodeScalarView(text.unicodeScalars.prefix(room))) }
  }

  private mutating func finishLine() {
    if current.contains(where: { $0 != " " }) { line = current }
    current = ""
  }
}
