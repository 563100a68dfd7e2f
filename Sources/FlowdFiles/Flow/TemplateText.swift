internal import FlowdLua

/// Text with `${{ … }}` in it, cut into its pieces. `$${{` stands for a `${{` that is meant literally.
enum TemplateText {
  enum Piece: Equatable {
    case text(String)
    /// What stands between the braces.
    case expression(String, Opening)
    case unterminated(Opening)
  }

  /// A `${{`.
  struct Opening: Equatable {
    /// In bytes.
    var offset: Int
    /// How many `${{` of any meaning come before it.
    var number: Int
  }

  static func hasReference(_ text: String) -> Bool { openings(in: Array(text.utf8)[...]).first != nil }

  /// The pieces in order; no two texts are neighbours, and none is empty.
  static func pieces(of text: String) -> [Piece] {
    let bytes = Array(text.utf8)
    var pieces: [Piece] = []
    var literal: [UInt8] = []
    var position = 0
    var number = 0
    func flush() {
      if !literal.isEmpty { pieces.append(.text(String(decoding: literal, as: UTF8.self))) }
      literal = []
    }
    while let offset = openings(in: bytes[position...]).first {
      let opening = Opening(offset: offset, number: number)
      let isEscaped = offset > position && bytes[offset - 1] == UInt8(ascii: "$")
      literal += bytes[position..<(isEscaped ? offset - 1 : offset)]
      position = offset + 3
      number += 1
      if isEscaped {
        literal += "${{".utf8
        continue
      }
      flush()
      guard let end = ExpressionScan.endOfExpression(in: bytes, from: position) else {
        pieces.append(.unterminated(opening))
        return pieces
      }
      pieces.append(.expression(String(decoding: bytes[position..<end], as: UTF8.self), opening))
      number += openings(in: bytes[position..<end]).count
      position = end + 2
    }
    literal += bytes[position...]
    flush()
    return pieces
  }

  /// Where `${{` begins.
  static func openings(in bytes: ArraySlice<UInt8>) -> LazyFilterSequence<Range<Int>> {
    bytes.indices.lazy.filter { index in
      bytes[index] == UInt8(ascii: "$") && bytes[index...].starts(with: "${{".utf8)
    }
  }
}
