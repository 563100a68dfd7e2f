/// Takes values out of what is reported, in every form in which they are likely to appear.
///
/// A value is found in all of its forms (`SecretForms`), such as base64, and each of these with any of its characters
/// escaped as in JSON, in a URL or in HTML, twice at most (`EscapeDecoder`). Line breaks do not matter, so a form that a
/// program wrapped is found too, and neither does the difference between a space and a `+`. Every byte that belongs to an
/// occurrence goes; what remains of each stretch of them is one `mark`. Of base64 the characters at either end that share
/// their bits with a neighbour's remain.
///
/// Text stays valid UTF-8, unless it holds by chance what the value is in Latin-1. The time is proportional to the text's
/// length, whatever the values. `docs/REDACTION.md` lists what is found and what is not.
package struct Redactor: Sendable {
  /// What stands in their place.
  package static let mark = "[secret]"

  let automaton: PatternAutomaton?

  /// - Parameter values: Those shorter than `Limits.redactedBytesMin`, line breaks not counted, are not looked for.
  package init(_ values: [String]) {
    let values = values.map { Array($0.utf8) }.filter { SecretForms.folded($0).count >= Limits.redactedBytesMin }
    guard !values.isEmpty else {
      automaton = nil
      return
    }
    var patterns = values.flatMap { SecretForms.patterns(of: $0) }
    if values.contains(where: { Self.mark.contains(String(decoding: $0, as: UTF8.self)) }) {
      // What was redacted before is taken as a whole, or each time the mark would grow.
      patterns.append(SecretForms.folded(Self.mark.utf8))
    }
    automaton = PatternAutomaton(patterns, lineBreaksMax: SecretForms.lineBreaksMax(in: values))
  }

  package var isEmpty: Bool { automaton == nil }

  package func redact(_ text: String) -> String {
    guard !isEmpty else { return text }
    let bytes = Array(text.utf8)
    return changed(bytes).map { String(decoding: $0, as: UTF8.self) } ?? text
  }

  package func redact(_ bytes: [UInt8]) -> [UInt8] { changed(bytes) ?? bytes }

  /// Strings, names and numbers; a number that was not kept becomes a string.
  package func redact(_ value: JSONValue) -> JSONValue {
    guard !isEmpty else { return value }
    switch value {
    case .null, .bool: return value
    case .number(let text):
      let redacted = redact(text)
      return redacted == text ? value : .string(redacted)
    case .string(let text): return .string(redact(text))
    case .array(let elements): return .array(elements.map { redact($0) })
    case .object(let members):
      return .object(members.map { JSONValue.Member(redact($0.name), redact($0.value)) })
    }
  }

  /// `nil`: there was nothing to take out.
  private func changed(_ bytes: [UInt8]) -> [UInt8]? {
    var stream = StreamRedactor(self)
    let first = stream.push(bytes)
    let rest = stream.finish()
    guard stream.found else { return nil }
    return first + rest
  }
}
