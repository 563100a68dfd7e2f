import FlowdModel
import Testing

/// Random values, spelled by one program within what another one writes, in a stream that is cut anywhere.
struct EncoderChainTests {
  private struct Encoder: Sendable {
    var name: String
    /// Whether it ends a shell's quotes for an apostrophe; of two of them in one another the value is not found.
    var requotes = false
    var encode: @Sendable (String) -> String

    static let all: [Encoder] = [
      Encoder(name: "JSON") { Spellings.json($0) },
      Encoder(name: "JSON in ASCII") { Spellings.jsonInASCII($0, uppercase: false) },
      Encoder(name: "URL") { Spellings.url(Array($0.utf8), uppercase: true) },
      Encoder(name: "URL as of a browser") { Spellings.url(Array($0.utf8), uppercase: false, kept: "!'()*") },
      Encoder(name: "HTML") { Spellings.html($0) },
      Encoder(name: "XML") { Spellings.html($0, apostrophe: "&apos;") },
      Encoder(name: "decimal HTML") { Spellings.htmlInASCII($0) { "&#\($0);" } },
      Encoder(name: "hexadecimal HTML") { Spellings.htmlInASCII($0) { "&#X00" + String($0, radix: 16) + ";" } },
      Encoder(name: "backslashes") { Spellings.backslashed($0) },
      Encoder(name: "shell literal") { Spellings.literal($0) },
      Encoder(name: "Python") { Spellings.python($0) },
      Encoder(name: "set -x", requotes: true) { $0.replacing("'", by: #"'\''"#) },
      Encoder(name: "shlex.quote", requotes: true) { $0.replacing("'", by: #"'"'"'"#) },
    ]
  }

  private static let alphabet = Array("abc&<>\"'\\%+=/ ~;#x0139é日🔑\t")
  private static let noise = [
    "", "&", "\\", "%", "&amp", "&#3", "%4", "\\u00", "'", "\"", "&&", "\\\\", "x&lt;y", "\n",
  ]

  @Test func aValueIsFoundWhateverItWentThrough() throws {
    for seed in 0..<500 as Range<UInt64> { try lookForChain(seed) }
  }

  private func lookForChain(_ seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let length = Int.random(in: 4...16, using: &random)
    let value = String((0..<length).map { _ in Self.alphabet[Int.random(in: 0..<Self.alphabet.count, using: &random)] })
    var chain = try (0..<Int.random(in: 1...2, using: &random)).map { _ in
      try #require(Encoder.all.randomElement(using: &random))
    }
    if chain.count(where: \.requotes) == 2 { chain.removeLast() }
    let encoded = chain.reduce(value) { $1.encode($0) }
    // A full stop ends what the noise began.
    let before = try #require(Self.noise.randomElement(using: &random)) + "."
    let after = try "." + #require(Self.noise.randomElement(using: &random))
    var stream = StreamRedactor(Redactor([value]))
    var rest = Array((before + encoded + after).utf8)[...]
    var output: [UInt8] = []
    while !rest.isEmpty {
      let piece = rest.prefix(Int.random(in: 1...9, using: &random))
      output += stream.push(Array(piece))
      rest = rest.dropFirst(piece.count)
    }
    output += stream.finish()
    #expect(
      String(decoding: output, as: UTF8.self) == before + Redactor.mark + after,
      "seed \(seed): \(value.debugDescription) by \(chain.map(\.name)) as \(encoded.debugDescription)")
  }
}
