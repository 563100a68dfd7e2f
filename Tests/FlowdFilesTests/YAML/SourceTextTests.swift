import FlowdFiles
import TestSupport
import Testing

struct SourceTextTests {
  /// Places and offsets lead to each other, in lines of any length and characters of any size.
  @Test(arguments: 0..<20 as Range<UInt64>) func placesAndOffsetsAreInverse(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let alphabet: [Character] = ["a", "é", "€", "😀", "\n", "b", "c", "d"]
    var text = ""
    for _ in 0..<3_000 { text.append(alphabet[Int.random(in: 0..<(seed % 2 == 0 ? 4 : 8), using: &random)]) }
    let source = SourceText(Array(text.utf8), file: "f", lineBreaks: .json)
    var (line, column, offset) = (1, 1, 0)
    for scalar in text.unicodeScalars {
      let position = SourcePosition(line: line, column: column)
      #expect(source.position(at: offset) == position)
      #expect(source.offset(of: position) == offset)
      offset += String(scalar).utf8.count
      (line, column) = scalar == "\n" ? (line + 1, 1) : (line, column + 1)
    }
    #expect(source.offset(of: SourcePosition(line: line, column: column + 5)) == offset)
    #expect(source.offset(of: SourcePosition(line: line + 5, column: 1)) == offset)
    #expect(source.position(at: offset + 5) == SourcePosition(line: line, column: column))
  }
}
