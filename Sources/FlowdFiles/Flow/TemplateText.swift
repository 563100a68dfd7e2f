/// Text with `${{ … }}` in it, cut into its pieces. `$${{` stands for a `${{` that is meant literally.
enum TemplateText {
  enum Piece: Equatable {
    case text(String)
    /// What stands between the braces; `offset` is where `${{` begins, in bytes.
    case reference(String, offset: Int)
    case unterminated(offset: Int)
  }

  static func hasReference(_ text: String) -> Bool { openings(in: Array(text.utf8)[...]).first != nil }

  /// The pieces in order; no two texts are neighbours, and none is empty.
  static func pieces(of text: String) -> [Piece] {
    let bytes = Array(text.utf8)
    var pieces: [Piece] = []
    var literal: [UInt8] = []
    var position = 0
    func flush() {
      if !literal.isEmpty { pieces.append(.text(String(decoding: literal, as: UTF8.self))) }
      literal = []
    }
    while let opening = openings(in: bytes[position...]).first {
      let isEscaped = opening > position && bytes[opening - 1] == UInt8(ascii: "$")
      literal += bytes[position..<(isEscaped ? opening - 1 : opening)]
      position = opening + 3
      if isEscaped {
        literal += "${{".utf8
        continue
      }
      flush()
      guard let end = bytes[position...].indices.first(where: { bytes[$0...].starts(with: "}}".utf8) }) else {
        pieces.append(.unterminated(offset: opening))
        return pieces
      }
      pieces.append(.reference(String(decoding: bytes[position..<end], as: UTF8.self), offset: opening))
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

extension SourceText {
  /// The place of a `${{` in a scalar; that of the scalar when its text is written with escapes.
  ///
  /// - Parameter offset: Where the `${{` begins in the scalar's value, in bytes.
  func position(ofReference offset: Int, in node: YAMLNode) -> SourcePosition {
    guard case .scalar(let text, let style) = node.content else { return node.start }
    let value = Array(text.utf8)
    let number = TemplateText.openings(in: value[..<min(offset, value.count)]).count
    let firstLine = SourcePosition(line: Int(node.start.line) + 1, column: 1)
    let start = self.offset(of: style == .block ? firstLine : node.start)
    let end = max(start, self.offset(of: node.end))
    guard let place = TemplateText.openings(in: bytes[start..<end]).dropFirst(number).first else { return node.start }
    return position(at: place)
  }
}
