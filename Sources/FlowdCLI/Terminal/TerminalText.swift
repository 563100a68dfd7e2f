/// Makes text from elsewhere harmless for a terminal.
package enum TerminalText {
  /// One line: escape sequences, control characters and text-direction overrides are taken out, tabs become spaces.
  package static func sanitised(_ text: String) -> String {
    var filter = EscapeFilter(keeps: .nothing)
    return filter.filter(text).replacing("\n", with: " ")
  }

  /// Lines: as `sanitised`, yet line ends stay.
  package static func sanitisedLines(_ text: String) -> String {
    var filter = EscapeFilter(keeps: .nothing)
    return filter.filter(text)
  }
}

/// Takes out of a stream of text what would move a terminal's cursor or change its state, chunk by chunk.
///
/// It knows the sequences of ECMA-48: CSI, the strings OSC, DCS, SOS, PM and APC, and two- and three-character escapes.
package struct EscapeFilter: Sendable {
  package enum Kept: Sendable {
    case nothing
    /// Carriage returns, for a caller that treats them itself.
    case carriageReturns
    /// CSI … m with digits, `;` and `:` only.
    case colours
  }

  private enum State: Sendable {
    case text
    case escape
    case intermediate
    case controlSequence
    /// Until BEL or ST.
    case string
    case stringEscape
  }

  private let keeps: Kept
  private var state = State.text
  private var sequence = ""
  /// A string that goes on longer than this is taken for text that lost its end.
  private static let sequenceLengthMax = 4096
  private var sequenceLength = 0

  package init(keeps: Kept) { self.keeps = keeps }

  package mutating func filter(_ text: String) -> String {
    if state == .text, text.utf8.allSatisfy({ ($0 >= 0x20 && $0 < 0x7F) || $0 == 0x0A }) { return text }
    var output = String.UnicodeScalarView()
    for scalar in text.unicodeScalars { take(scalar, &output) }
    return String(output)
  }

  private mutating func take(_ scalar: Unicode.Scalar, _ output: inout String.UnicodeScalarView) {
    if scalar.value == 0x1B {
      state = state == .string ? .stringEscape : .escape
      sequenceLength = 0
      return
    }
    switch state {
    case .text: takeText(scalar, &output)
    case .escape:
      switch scalar {
      case "[":
        state = .controlSequence
        sequence = ""
      case "]", "P", "X", "^", "_": state = .string
      case " "..."/": state = .intermediate
      default: state = .text
      }
    case .intermediate:
      if !(" "..."/").contains(scalar) { state = .text }
    case .controlSequence:
      sequence.unicodeScalars.append(scalar)
      sequenceLength += 1
      if ("@"..."~").contains(scalar) {
        if case .colours = keeps, EscapeFilter.isColour(sequence) {
          output.append(contentsOf: "\u{1B}[\(sequence)".unicodeScalars)
        }
        state = .text
      } else if scalar.value < 0x20 || sequenceLength > 64 {
        state = .text
      }
    case .string, .stringEscape:
      sequenceLength += 1
      let isOver = scalar.value == 0x07 || state == .stringEscape && scalar == "\\"
      state = isOver || sequenceLength > EscapeFilter.sequenceLengthMax ? .text : .string
    }
  }

  private mutating func takeText(_ scalar: Unicode.Scalar, _ output: inout String.UnicodeScalarView) {
    switch scalar.value {
    case 0x0A: output.append(scalar)
    case 0x09: output.append(contentsOf: keepsTabs ? "\t".unicodeScalars : "    ".unicodeScalars)
    case 0x0D:
      if case .carriageReturns = keeps { output.append(scalar) }
    case 0..<0x20, 0x7F: break
    case 0x9B:
      state = .controlSequence
      sequence = ""
      sequenceLength = 0
    case 0x90, 0x98, 0x9D, 0x9E, 0x9F:
      state = .string
      sequenceLength = 0
    case 0x80...0x9F: break
    // Overrides of text direction, which can make a line read as another.
    case 0x202A...0x202E, 0x2066...0x2069, 0x200E, 0x200F, 0x2028, 0x2029: break
    default: output.append(scalar)
    }
  }

  private var keepsTabs: Bool {
    switch keeps {
    case .nothing, .carriageReturns: false
    case .colours: true
    }
  }

  private static func isColour(_ sequence: String) -> Bool {
    sequence.hasSuffix("m")
      && sequence.dropLast().allSatisfy { ("0"..."9").contains($0) || $0 == ";" || $0 == ":" }
  }
}
