import FlowdModel
import TestSupport
import Testing

struct RedactorTests {
  @Test(arguments: [
    "hunter2", "p@ss w0rd/+?&=%", #"quote" and \back\slash"#, "grün-日本-🔑", "a+b c", "ABCD",
    "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQ\n\nEFAASCBKcwggSjAgEAAoIB\n-----END KEY-----\n",
    String(repeating: "0123456789abcdef", count: 40), "<b>'x'</b>", "100%25 sure", #"\u0041\n"#,
    #"a&b<c>"d'e/f+g=h%i j\k~"#, "&amp;&#39;", "a''''' quoted", "tab\tand \u{1B}[0m", "no\u{A0}break", "£12.50–€99 ÿ",
  ])
  func everySpellingOfAValueGoes(_ value: String) {
    let redactor = Redactor([value])
    for (name, text) in Spellings.all(of: value) {
      let redacted = redactor.redact("before <\(text)> after")
      #expect(redacted.hasPrefix("before <[secret]"), "\(name): \(redacted)")
      #expect(redacted.hasSuffix("> after"), "\(name): \(redacted)")
      // The last character of base64 with its padding, or a line break at the end of the value, may be left.
      #expect(
        redacted.utf8.count <= "before <[secret]> after".utf8.count + "&#000010;".utf8.count, "\(name): \(redacted)")
    }
  }

  @Test(arguments: ["", "u", "us", "use", "user:", "user:a"], ["", "!", "!!", ":more after"])
  func aValueGoesOutOfALongerBase64Text(before: String, after: String) {
    let value = "s3cr3t/v+lue~?>"
    for text in [
      Spellings.base64(Array((before + value + after).utf8)),
      Spellings.urlSafe(Spellings.base64(Array((before + value + after).utf8))),
    ] {
      let redacted = Redactor([value]).redact("Basic \(text)")
      #expect(redacted.contains(Redactor.mark), "\(text)")
      // One character at each end shares its bits with a neighbour's; the rest are the neighbours'.
      let kept = redacted.utf8.count - "Basic [secret]".utf8.count
      #expect(
        kept <= Spellings.base64(Array(before.utf8)).utf8.count + Spellings.base64(Array(after.utf8)).utf8.count + 2)
    }
  }

  @Test(
    arguments: [
      ("Grüße aus Zürich", [0xFC, 0xDF, 0xFC]), ("«so» ~£5", [0xAB, 0xBB, 0xA3]),
      ("5 € – šÿ", [0x80, 0x96, 0x9A, 0xFF]),
    ] as [(String, [UInt8])])
  func lettersOfOneByteEachAreFound(_ value: String, _ letters: [UInt8]) {
    let redactor = Redactor([value])
    var rest = letters[...]
    let bytes = value.unicodeScalars.map { $0.isASCII ? UInt8($0.value) : rest.removeFirst() }
    #expect(rest.isEmpty)
    #expect(redactor.redact(Array("<".utf8) + bytes + Array(">".utf8)) == Array("<[secret]>".utf8))
    for text in [
      // As a program writes it again that took the bytes for UTF-8.
      String(decoding: bytes, as: UTF8.self),
      Spellings.url(Array(String(decoding: bytes, as: UTF8.self).utf8), uppercase: true),
      Spellings.url(bytes, uppercase: true), Spellings.literal(value), Spellings.base64(bytes),
      bytes.map { "\\x" + String($0, radix: 16) }.joined(), bytes.map { String($0, radix: 16) }.joined(),
    ] {
      #expect(redactor.redact("<\(text)>").hasPrefix("<[secret]"), "\(text)")
    }
  }

  @Test func whatIsTakenForWindows1252IsFound() {
    #expect(Redactor(["5€ – š"]).redact("<5â‚¬ â€“ Å¡>") == "<[secret]>")
  }

  @Test func aValueOfWhichOnlyLostLettersRemainIsNotLookedFor() {
    let lost = String(repeating: "\u{FFFD}", count: 5)
    #expect(Redactor(["üüüüü"]).redact(lost) == lost)
  }

  @Test func aReferenceMayHaveZerosUpToItsBound() {
    let redactor = Redactor(["a<b>c"])
    for length in [Limits.characterReferenceBytesMax, Limits.characterReferenceBytesMax + 1] {
      let text = "a&#" + String(repeating: "0", count: length - "&#60;".utf8.count) + "60;b&gt;c"
      #expect(redactor.redact(text) == (length > Limits.characterReferenceBytesMax ? text : "[secret]"))
    }
  }

  @Test func otherTextStaysAsItIs() {
    let redactor = Redactor(["hunter2", "p@ss w0rd"])
    for text in [
      "", "hunter", "hunter 2", "%", "%6", "\\", "\\u00", "100% \\o/ \\ud83d\\u", "huntér2", "p@ss", "\r\n\r\n", "&",
      "&&", "&;", "&#;", "&#x;", "&#xG;", "&lt", "&hunter;", "&#1114112;", "&#xD800;", "&amp;#1",
      "\\u12", "\\777", "\\U0011FFFF", "\\U0000D8", "a && b & c &amp; d", "'\\''",
    ] {
      #expect(redactor.redact(text) == text)
    }
  }

  @Test func bytesThatAreNoUTF8StayAsTheyAre() {
    let redactor = Redactor(["hunter2"])
    let noise: [UInt8] = [0xFF, 0xC3, 0x00, 0x80]
    #expect(redactor.redact(noise) == noise)
    #expect(redactor.redact(noise + Array("hunter2".utf8) + noise) == noise + Array("[secret]".utf8) + noise)
  }

  @Test func shortValuesAreNotLookedFor() {
    #expect(Redactor(["abc", ""]).isEmpty)
    #expect(Redactor(["abc", ""]).redact("abc") == "abc")
    #expect(Redactor(["abc", "abcd"]).redact("abc abcd") == "abc [secret]")
  }

  @Test func ofValuesWithinOneAnotherTheLongestGoes() {
    #expect(Redactor(["token", "token-1234"]).redact("token-1234 token") == "[secret] [secret]")
  }

  @Test func whereValuesOverlapNothingOfEitherStays() {
    #expect(Redactor(["abcdef", "defghi"]).redact("<abcdefghi>") == "<[secret]>")
    #expect(Redactor(["aaaa"]).redact("<aaaaaaa>") == "<[secret]>")
    #expect(Redactor(["abcdefgh", "cdef"]).redact("<abcdefg>") == "<ab[secret]g>")
  }

  @Test func aValueMayHoldTheMarkOrBeAPartOfIt() {
    #expect(Redactor(["my[secret]value"]).redact("<my[secret]value>") == "<[secret]>")
    let redactor = Redactor(["secret"])
    let once = redactor.redact("a secret")
    #expect(once == "a [secret]")
    #expect(redactor.redact(once) == once)
  }

  @Test func eachLineOfALongValueGoesByItself() {
    let redactor = Redactor(["-----BEGIN-----\n  first-line-of-it\nshort\nsecond-line-of-it\n"])
    #expect(redactor.redact("x first-line-of-it y") == "x [secret] y")
    #expect(redactor.redact("x second-line-of-it y") == "x [secret] y")
    #expect(redactor.redact("x short y -----BEGIN-----") == "x short y -----BEGIN-----")
  }

  @Test func blankLinesWithinAValueAreFound() {
    let value = "one\n\n\n\n\ntwo"
    #expect(Redactor([value]).redact("<\(value)>") == "<[secret]>")
  }

  @Test func aJSONValueLosesThemInStringsNamesAndNumbers() {
    let value = JSONValue.object([
      .init("k-hunter2", .array([.string("a\"hunter2"), .number("13371337"), .number("1"), .null])),
      .init("plain", .bool(true)),
    ])
    #expect(
      Redactor(["hunter2", "13371337"]).redact(value).text
        == #"{"k-[secret]":["a\"[secret]","[secret]",1,null],"plain":true}"#)
  }

  @Test func aThousandValuesAreFoundInOnePass() {
    let values = (0..<1000).map { "value-\($0 * 7919)-of-many" }
    let redactor = Redactor(values)
    let text = values.joined(separator: " and ")
    let expected = Array(repeating: Redactor.mark, count: 1000).joined(separator: " and ")
    #expect(redactor.redact(text) == expected)
    #expect(redactor.redact("value-1-of-many") == "value-1-of-many")
  }

  @Test func theLongestValueIsFound() {
    var random = SplitMix64(seed: 3)
    let value = String((0..<Limits.secretBytesMax).map { _ in "ab\\".randomElement(using: &random) ?? "a" })
    let redactor = Redactor([value])
    #expect(redactor.redact("<\(value)>") == "<[secret]>")
    #expect(redactor.redact("<\(Spellings.json(value))>") == "<[secret]>")
    #expect(redactor.redact(String(value.dropLast())) == String(value.dropLast()))
  }
}
