import FlowdModel
import TestSupport
import Testing

struct StreamRedactorTests {
  /// Texts of few characters, so that values, their beginnings, escapes and broken escapes meet in every way.
  private struct Soup {
    var random: SplitMix64
    let values: [String]

    init(seed: UInt64) {
      var random = SplitMix64(seed: seed)
      let alphabet =
        ["aab", "ab+ /", "ab\"\\", "aé🔑b", "ab\n", "a&<'", "a'\\%"].map(Array.init).randomElement(using: &random) ?? [
          "a"
        ]
      var values: [String] = []
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let length = Int.random(in: 4...12, using: &random)
        values.append(String((0..<length).map { _ in alphabet.randomElement(using: &random) ?? "a" }))
      }
      self.random = random
      self.values = values.filter { $0.filter { $0 != "\n" }.utf8.count >= Limits.redactedBytesMin }
    }

    /// - Parameter separator: With one, a broken escape does not take away the first character of what follows it.
    mutating func text(separator: String = "") -> String {
      var text = ""
      for _ in 0..<Int.random(in: 1...20, using: &random) {
        let value = values.randomElement(using: &random) ?? ""
        let spelled = value.isEmpty ? "" : Spellings.all(of: value).randomElement(using: &random)?.text ?? ""
        switch Int.random(in: 0..<6, using: &random) {
        case 0: text += value
        case 1: text += spelled
        case 2: text += spelled.prefix(Int.random(in: 0...spelled.count, using: &random))
        case 3: text += spelled.suffix(Int.random(in: 0...spelled.count, using: &random))
        case 4:
          text +=
            [
              "\\", "%", "\\u00", "%2", "\\ud83d", "\n", "+", " ", "\\\\", "&", "&&", "&am", "&amp;", "&#", "&#x",
              "&#0",
              "'", "\\'", "\\3",
            ].randomElement(using: &random) ?? ""
        default: text += "ab/+\"é".shuffled(using: &random).prefix(3)
        }
        text += separator
      }
      return text
    }

    /// The same bytes in pieces.
    mutating func cut(_ bytes: [UInt8]) -> [[UInt8]] {
      var pieces: [[UInt8]] = []
      var rest = bytes[...]
      while !rest.isEmpty {
        let piece = rest.prefix(Int.random(in: 0...7, using: &random))
        pieces.append(Array(piece))
        rest = rest.dropFirst(piece.count)
      }
      return pieces
    }
  }

  @Test func anyCuttingGivesWhatTheWholeGives() {
    for seed in 0..<300 as Range<UInt64> { compareCuttings(seed) }
  }

  private func compareCuttings(_ seed: UInt64) {
    var soup = Soup(seed: seed)
    let redactor = Redactor(soup.values)
    let bytes = Array(soup.text().utf8)
    let whole = redactor.redact(bytes)
    for pieces in [soup.cut(bytes), soup.cut(bytes), bytes.map { [$0] }] {
      var stream = StreamRedactor(redactor)
      let output = pieces.flatMap { stream.push($0) } + stream.finish()
      #expect(output == whole, "seed \(seed): \(String(decoding: bytes, as: UTF8.self).debugDescription)")
    }
  }

  @Test func noSpellingSurvivesAndTextStaysText() {
    for seed in 0..<300 as Range<UInt64> { lookForSpellings(seed) }
  }

  private func lookForSpellings(_ seed: UInt64) {
    var soup = Soup(seed: seed)
    let text = soup.text(separator: ".")
    let redacted = Redactor(soup.values).redact(text)
    #expect(!redacted.unicodeScalars.contains("\u{FFFD}"), "seed \(seed): \(text.debugDescription)")
    for piece in pieces(of: redacted) {
      for value in soup.values {
        for (name, spelled) in Spellings.all(of: value) where !name.contains("base64") {
          #expect(
            !contains(piece, Array(spelled.utf8)), "seed \(seed): \(name) of \(value.debugDescription) in \(redacted)")
        }
      }
    }
  }

  @Test func onlyWhatBelongsToAnOccurrenceGoes() {
    for seed in 0..<100 as Range<UInt64> { compareWithPlainSearch(seed) }
  }

  private func compareWithPlainSearch(_ seed: UInt64) {
    var soup = Soup(seed: seed)
    // Neither escapes nor line breaks nor base64 here: what is found can be told by plain search.
    let values = soup.values.map { value in value.filter { $0 == "a" || $0 == "b" } }.filter { $0.count >= 4 }
    let text = Array(repeating: "aab", count: 70).joined().shuffled(using: &soup.random)
    let bytes = Array(String(text).utf8)
    var isCovered = [Bool](repeating: false, count: bytes.count)
    for value in values.map({ Array($0.utf8) }) where bytes.count >= value.count {
      for start in 0...(bytes.count - value.count) where Array(bytes[start..<start + value.count]) == value {
        for index in start..<start + value.count { isCovered[index] = true }
      }
    }
    var expected: [UInt8] = []
    for index in bytes.indices {
      if !isCovered[index] { expected.append(bytes[index]) }
      if isCovered[index], index == 0 || !isCovered[index - 1] { expected += Redactor.mark.utf8 }
    }
    #expect(Redactor(values).redact(bytes) == expected, "seed \(seed)")
  }

  @Test func noMoreIsHeldBackThanMayBeAValue() {
    let value = "0123456789"
    var stream = StreamRedactor(Redactor([value]))
    #expect(stream.push(Array("text 012345678".utf8)) == Array("text ".utf8))
    #expect(stream.push(Array("x".utf8)) == Array("012345678x".utf8))
    #expect(stream.push(Array(#"\u0030\u003"#.utf8)).isEmpty)
    #expect(stream.push(Array("x".utf8)) == Array(#"\u0030\u003x"#.utf8))
    #expect(stream.push(Array("0123456789!".utf8)) == Array("[secret]!".utf8))
    #expect(stream.push(Array("01".utf8)).isEmpty)
    #expect(stream.finish() == Array("01".utf8))
  }

  @Test func withoutValuesEverythingPassesAtOnce() {
    var stream = StreamRedactor(Redactor([]))
    #expect(stream.push(Array("text".utf8)) == Array("text".utf8))
    #expect(stream.finish().isEmpty)
  }

  private func pieces(of redacted: String) -> [[UInt8]] {
    var pieces: [[UInt8]] = [[]]
    let bytes = Array(redacted.utf8)
    let mark = Array(Redactor.mark.utf8)
    var index = 0
    while index < bytes.count {
      if bytes[index...].starts(with: mark) {
        pieces.append([])
        index += mark.count
      } else {
        pieces[pieces.count - 1].append(bytes[index])
        index += 1
      }
    }
    return pieces
  }

  private func contains(_ bytes: [UInt8], _ wanted: [UInt8]) -> Bool {
    guard bytes.count >= wanted.count else { return false }
    return (0...(bytes.count - wanted.count)).contains { bytes[$0...].starts(with: wanted) }
  }
}
