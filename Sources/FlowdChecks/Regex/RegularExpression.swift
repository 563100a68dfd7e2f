internal import CPCRE2
internal import FlowdModel

/// Why a text is no regular expression.
struct RegexMistake: Error {
  /// In characters, from 1.
  var column: Int
  var message: String

  var text: String { "column \(column): \(message)" }
}

/// A compiled regular expression (PCRE2), with bounds on everything a search may cost.
///
/// A class, and not a non-copyable value, because caches share it. Used by one thread at a time.
final class RegularExpression {
  /// How a pattern is read.
  enum Form {
    /// Perl's way: found anywhere, `.` is anything but a line feed.
    case check
    /// For `search` of JSONPath: `.` is neither a line feed nor a carriage return (RFC 9485 §5.3).
    case pathSearch
    /// For `match` of JSONPath: the same, and the text is matched from its beginning to its end.
    case pathMatch
  }

  private let code: OpaquePointer
  private let context: OpaquePointer
  private let hasGroups: Bool
  private let hasBackReferences: Bool
  private let itemSteps: Int

  init(_ pattern: String, _ form: Form = .check) throws(RegexMistake) {
    guard pattern.utf8.count <= Limits.regexBytesMax else {
      throw RegexMistake(column: 1, message: "the pattern is longer than \(Limits.regexBytesMax) bytes")
    }
    guard let context = pcre2_match_context_create_8(nil) else {
      throw RegexMistake(column: 1, message: "out of memory")
    }
    do {
      code = try Self.compile(pattern, form)
    } catch {
      pcre2_match_context_free_8(context)
      throw error
    }
    self.context = context
    pcre2_set_match_limit_8(context, Limits.regexMatchesMax)
    pcre2_set_depth_limit_8(context, Limits.regexBacktracksMax)
    pcre2_set_heap_limit_8(context, Limits.regexHeapKibibytesMax)
    hasGroups = Self.info(code, PCRE2_INFO_CAPTURECOUNT) > 0
    hasBackReferences = Self.info(code, PCRE2_INFO_BACKREFMAX) > 0
    itemSteps = 16 + Self.largestRepetition(in: pattern)
  }

  deinit {
    pcre2_code_free_8(code)
    pcre2_match_context_free_8(context)
  }

  /// The first match: its first group when the pattern has groups, else the whole; `nil` when there is none, or when
  /// the group took no part in it.
  func firstMatch(in text: String, budget: inout StepBudget) throws(GaveUp) -> String? {
    let range: Range<Int>?
    switch try search(text, budget: &budget) {
    case .none: return nil
    case .found(let whole, let group): range = hasGroups ? group : whole
    }
    guard let range else { return nil }
    let bytes = text.utf8.dropFirst(range.lowerBound).prefix(range.count)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Whether the text has a match.
  func matches(_ text: String, budget: inout StepBudget) throws(GaveUp) -> Bool {
    if case .none = try search(text, budget: &budget) { false } else { true }
  }

  private enum Outcome {
    case none
    case found(Range<Int>, firstGroup: Range<Int>?)
  }

  private func search(_ text: String, budget: inout StepBudget) throws(GaveUp) -> Outcome {
    try budget.take(16 + text.utf8.count / 4)
    let steps = min(budget.left, Limits.regexStepsMax)
    var meter = MatchMeter(steps: steps, itemSteps: itemSteps, countsCaptures: hasBackReferences)
    guard let data = pcre2_match_data_create_from_pattern_8(code, nil) else { throw GaveUp(reason: "out of memory") }
    defer { pcre2_match_data_free_8(data) }
    var text = text
    let result = withUnsafeMutablePointer(to: &meter) { meter in
      pcre2_set_callout_8(context, MatchMeter.callout, UnsafeMutableRawPointer(meter))
      // A String's bytes are valid UTF-8.
      return text.withUTF8 {
        pcre2_match_8(code, $0.baseAddress, $0.count, 0, PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT, data, context)
      }
    }
    try budget.take(min(budget.left, steps - max(0, meter.stepsLeft)))
    guard result != PCRE2_ERROR_NOMATCH else { return .none }
    guard result > 0, let offsets = pcre2_get_ovector_pointer_8(data) else { throw Self.failure(result) }
    return .found(offsets[0]..<max(offsets[0], offsets[1]), firstGroup: group(1, of: offsets, count: result))
  }

  private func group(_ number: Int, of offsets: UnsafePointer<Int>, count: Int32) -> Range<Int>? {
    guard number < count, offsets[2 * number] >= 0 else { return nil }
    return offsets[2 * number]..<max(offsets[2 * number], offsets[2 * number + 1])
  }

  private static func failure(_ code: Int32) -> GaveUp {
    switch code {
    case PCRE2_ERROR_CALLOUT, PCRE2_ERROR_MATCHLIMIT:
      GaveUp(reason: "the regular expression takes too many steps")
    case PCRE2_ERROR_DEPTHLIMIT, PCRE2_ERROR_HEAPLIMIT, PCRE2_ERROR_NOMEMORY:
      GaveUp(reason: "the regular expression takes too much memory")
    default: GaveUp(reason: message(code))
    }
  }
}

extension RegularExpression {
  private static func compile(_ pattern: String, _ form: Form) throws(RegexMistake) -> OpaquePointer {
    var options = PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C | PCRE2_AUTO_CALLOUT
    let context = pcre2_compile_context_create_8(nil)
    defer { pcre2_compile_context_free_8(context) }
    guard let context else { throw RegexMistake(column: 1, message: "out of memory") }
    pcre2_set_parens_nest_limit_8(context, UInt32(Limits.regexDepthMax))
    switch form {
    case .check: pcre2_set_newline_8(context, UInt32(PCRE2_NEWLINE_LF))
    case .pathSearch: pcre2_set_newline_8(context, UInt32(PCRE2_NEWLINE_ANYCRLF))
    case .pathMatch:
      pcre2_set_newline_8(context, UInt32(PCRE2_NEWLINE_ANYCRLF))
      options |= PCRE2_ANCHORED | PCRE2_ENDANCHORED
    }
    var code: Int32 = 0
    var offset = 0
    var text = pattern
    let compiled = text.withUTF8 {
      pcre2_compile_8($0.baseAddress, $0.count, options, &code, &offset, context)
    }
    guard let compiled else {
      let before = pattern.utf8.prefix(offset).count { $0 & 0xC0 != 0x80 }
      throw RegexMistake(column: before + 1, message: message(code))
    }
    return compiled
  }

  private static func info(_ code: OpaquePointer, _ what: Int32) -> UInt32 {
    var value: UInt32 = 0
    pcre2_pattern_info_8(code, UInt32(what), &value)
    return value
  }

  private static func message(_ code: Int32) -> String {
    var buffer = [UInt8](repeating: 0, count: 256)
    let count = pcre2_get_error_message_8(code, &buffer, buffer.count)
    return String(decoding: buffer.prefix(Int(max(0, count))), as: UTF8.self)
  }

  /// The largest `n` of the pattern's `{n}`: so much may one item scan and then fail.
  private static func largestRepetition(in pattern: String) -> Int {
    var largest = 0
    var current: Int?
    for byte in pattern.utf8 {
      if byte == UInt8(ascii: "{") {
        current = 0
      } else if let number = current, (0x30...0x39).contains(byte), number < 65_536 {
        current = number * 10 + Int(byte - 0x30)
        largest = max(largest, number * 10 + Int(byte - 0x30))
      } else {
        current = nil
      }
    }
    return min(largest, 65_535)
  }
}
