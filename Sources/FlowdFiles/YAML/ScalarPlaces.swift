/// Finds the places of a scalar's parts in the file.
///
/// A value differs from what is written by indentation, folded lines and escapes. The `${{` in it are found by counting;
/// from one of them, or from the scalar's beginning, the text is followed to the byte that is looked for.
struct ScalarPlaces {
  private let source: SourceText
  private let node: YAMLNode
  private let value: [UInt8]
  /// Where the text begins, and the `${{` in it, in bytes of the file.
  private let start: Int
  private let openings: [Int]

  init(_ node: YAMLNode, in source: SourceText) {
    self.source = source
    self.node = node
    guard case .scalar(let text, let style) = node.content else {
      (value, start, openings) = ([], source.offset(of: node.start), [])
      return
    }
    value = Array(text.utf8)
    switch style {
    case .plain: start = source.offset(of: node.start)
    case .quoted: start = source.offset(of: node.start) + 1
    case .block: start = source.offset(of: SourcePosition(line: Int(node.start.line) + 1, column: 1))
    }
    let end = max(start, source.offset(of: node.end))
    openings = Array(TemplateText.openings(in: source.bytes[start..<end]))
  }

  /// The place of a byte of the value; of the `${{` before it, or of the scalar, where escapes hide it.
  func position(of offset: Int, after opening: TemplateText.Opening?) -> SourcePosition {
    guard let written = self.written(offset, after: opening) else {
      return opening.flatMap { written(of: $0) }.map(source.position) ?? node.start
    }
    return source.position(at: written)
  }

  /// The line of a byte of the value.
  func line(of offset: Int, after opening: TemplateText.Opening?) -> Int {
    guard let written = self.written(offset, after: opening) ?? opening.flatMap({ written(of: $0) }) else {
      return Int(node.start.line)
    }
    return source.line(at: written)
  }

  private func written(of opening: TemplateText.Opening) -> Int? {
    openings.indices.contains(opening.number) ? openings[opening.number] : nil
  }

  /// Follows the value and what is written side by side.
  private func written(_ target: Int, after opening: TemplateText.Opening?) -> Int? {
    var index = opening?.offset ?? 0
    guard var place = opening.map({ written(of: $0) }) ?? start, target >= index, target <= value.count else {
      return nil
    }
    let bytes = source.bytes
    while place < bytes.count {
      if index == value.count { return place }
      if bytes[place] == value[index] {
        if index == target { return place }
        index += 1
        place += 1
      } else if isSpace(bytes[place]) || isEscape(at: place, before: value[index]) {
        place += 1
      } else if isSpace(value[index]), index < target {
        index += 1
      } else {
        return nil
      }
    }
    return nil
  }

  private func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }

  /// A backslash before a quotation mark, or the second of two apostrophes.
  private func isEscape(at place: Int, before next: UInt8) -> Bool {
    let bytes = source.bytes
    switch bytes[place] {
    case UInt8(ascii: "\\"): return place + 1 < bytes.count && bytes[place + 1] == next
    case UInt8(ascii: "'"): return place > start && bytes[place - 1] == UInt8(ascii: "'")
    default: return false
    }
  }
}
