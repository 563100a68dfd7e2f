internal import FlowdModel

/// The parts of an answer that may be the JSON that was asked for, the likeliest first; a bounded number.
struct AnswerCandidates {
  private let text: ArraySlice<UInt8>

  init(_ answer: [UInt8]) { text = Self.trimmed(answer[...]) }

  /// The whole, the contents of fenced blocks, and balanced objects and lists.
  var all: [ArraySlice<UInt8>] {
    guard !text.isEmpty else { return [] }
    return [text] + fenced + balanced
  }

  /// Without spaces, line ends and a byte order mark.
  static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var bytes = bytes
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
    guard let first = bytes.firstIndex(where: { !isSpace($0) }), let last = bytes.lastIndex(where: { !isSpace($0) })
    else { return [] }
    return bytes[first...last]
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

  /// What is between lines that begin with three backticks or tildes.
  private var fenced: [ArraySlice<UInt8>] {
    var found: [ArraySlice<UInt8>] = []
    var opened: (mark: UInt8, start: Int)?
    for line in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      guard let mark = Self.fence(line) else { continue }
      if let (open, start) = opened {
        guard open == mark else { continue }
        found.append(Self.trimmed(text[start..<line.startIndex]))
        if found.count == Limits.answerCandidatesMax { break }
        opened = nil
      } else {
        opened = (mark, line.endIndex)
      }
    }
    return found.filter { !$0.isEmpty }
  }

  private static func fence(_ line: ArraySlice<UInt8>) -> UInt8? {
    let line = line.drop(while: isSpace)
    guard let mark = line.first, mark == UInt8(ascii: "`") || mark == UInt8(ascii: "~") else { return nil }
    return line.prefix(3).count == 3 && line.prefix(3).allSatisfy { $0 == mark } ? mark : nil
  }

  /// Each costs a look at the rest of the text.
  private static let unclosedMax = 8

  /// From an opening brace or bracket to the one that closes it; the next is looked for behind it, or behind an opening
  /// one that is never closed.
  private var balanced: [ArraySlice<UInt8>] {
    var found: [ArraySlice<UInt8>] = []
    var start = text.startIndex
    var unclosed = 0
    for _ in 0..<Limits.answerCandidatesMax {
      guard let open = text[start...].firstIndex(where: { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "[") }) else {
        break
      }
      if let end = endOfValue(from: open) {
        found.append(text[open...end])
        start = end + 1
      } else {
        start = open + 1
        unclosed += 1
        if unclosed == Self.unclosedMax { break }
      }
    }
    return found
  }

  /// Brackets inside of strings do not count.
  private func endOfValue(from open: Int) -> Int? {
    var depth = 0
    var isInString = false
    var isEscaped = false
    for index in open..<text.endIndex {
      let byte = text[index]
      if isInString {
        if isEscaped {
          isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
          isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
          isInString = false
        }
        continue
      }
      switch byte {
      case UInt8(ascii: "\""): isInString = true
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        if depth == 0 { return index }
      default: break
      }
    }
    return nil
  }
}
