/// The last lines that a command wrote, safe to show.
///
/// Fed chunk by chunk; a carriage return begins the line anew, as progress bars mean it to.
package struct OutputTail: Equatable, Sendable {
  private static let linesMax = 10
  private static let lineScalarsMax = 400

  /// Whole lines with something in them, oldest first.
  private var whole: [String] = []
  private var current = ""
  private var filter = EscapeFilter(keeps: .nothing)
  /// A carriage return came; the line begins anew with whatever follows, unless that is the line's end.
  private var isReturned = false

  package init() {}

  package static func == (left: OutputTail, right: OutputTail) -> Bool { left.lines == right.lines }

  /// The last lines with something in them, the unfinished one too.
  package var lines: [String] { (whole + (isBlank(current) ? [] : [current])).suffix(OutputTail.linesMax) }

  /// The last line with something in it; empty when there is none.
  package var line: String { isBlank(current) ? whole.last ?? "" : current }

  package mutating func add(_ chunk: [UInt8]) {
    // What is far before the end of a chunk cannot be seen.
    let recent = chunk.suffix(16_384)
    var start = recent.startIndex
    for index in recent.indices where recent[index] == 0x0A || recent[index] == 0x0D {
      append(recent[start..<index])
      if recent[index] == 0x0A {
        finishLine()
      } else {
        isReturned = true
      }
      start = index + 1
    }
    append(recent[start...])
  }

  private mutating func append(_ bytes: ArraySlice<UInt8>) {
    guard !bytes.isEmpty else { return }
    if isReturned { current = "" }
    isReturned = false
    let text = filter.filter(String(decoding: bytes, as: UTF8.self))
    let room = OutputTail.lineScalarsMax - current.unicodeScalars.count
    if room > 0 { current += String(String.UnicodeScalarView(text.unicodeScalars.prefix(room))) }
  }

  private mutating func finishLine() {
    if !isBlank(current) { whole.append(current) }
    if whole.count > OutputTail.linesMax { whole.removeFirst() }
    current = ""
    isReturned = false
  }

  private func isBlank(_ text: String) -> Bool { text.utf8.allSatisfy { $0 == UInt8(ascii: " ") } }
}
