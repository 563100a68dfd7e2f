package import FlowdModel
package import FlowdSteps

/// An agent's answer on its way to the engine: redacted, cleaned, gathered into chunks, and kept as a whole.
///
/// Pieces may be of any size and cut anywhere; what is handed on is the same. A caller gives each piece to `push`, takes
/// the chunks when `dueAt` has come, reads no more from the agent while `isFull`, and calls `finish` at the end.
package struct AnswerStream: Sendable {
  /// The answer so far, as it may be reported; what `push` was given last may still be held back.
  package private(set) var answer: [UInt8] = []
  /// The answer is longer than it may be; what comes after is thrown away.
  package private(set) var isTooLarge = false

  private let bytesMax: Int
  private let values: Redactor
  private var redactor: StreamRedactor
  private var sanitizer = UTF8Sanitizer()
  private var queue = OutputQueue()
  private var streamed: UInt64 = 0
  private var isCapped = false

  /// - Parameters:
  ///   - redactor: What must not be handed on.
  ///   - bytesMax: Of an answer.
  package init(redactor: Redactor, bytesMax: Int) {
    values = redactor
    self.redactor = StreamRedactor(redactor)
    self.bytesMax = bytesMax
  }

  /// When `takeChunks` has to be called; `never` while nothing is gathered.
  package var dueAt: MonotonicInstant { queue.dueAt }

  /// As much is on its way as may be: the agent has to wait.
  package var isFull: Bool { queue.unacknowledgedBytes >= Limits.unacknowledgedOutputBytesMax }

  /// Whether anything was handed on or gathered.
  package var hasBegun: Bool { streamed > 0 }

  /// Adds a piece of the answer.
  package mutating func push(_ bytes: [UInt8], now: MonotonicInstant) {
    guard !isTooLarge, !bytes.isEmpty else { return }
    var text: [UInt8] = []
    let shown = values.isEmpty ? bytes : redactor.push(bytes)
    shown.withUnsafeBytes { sanitizer.append($0, to: &text) }
    add(text, now: now)
  }

  /// The answer is at its end: what was held back follows.
  package mutating func finish(now: MonotonicInstant) {
    if !isTooLarge {
      var text: [UInt8] = []
      redactor.finish().withUnsafeBytes { sanitizer.append($0, to: &text) }
      sanitizer.finish(to: &text)
      add(text, now: now)
    }
    redactor = StreamRedactor(values)
    sanitizer = UTF8Sanitizer()
  }

  /// Begins another answer in place of the one so far. What was handed on stays; what follows goes behind it.
  package mutating func restart(now: MonotonicInstant) {
    finish(now: now)
    answer = []
    isTooLarge = false
  }

  /// Puts the whole answer, as the agent gives it at last, in place of its pieces. It is handed on only if no piece was.
  package mutating func replace(with bytes: [UInt8], now: MonotonicInstant) {
    if hasBegun {
      var whole = AnswerStream(redactor: values, bytesMax: bytesMax)
      whole.isCapped = true
      whole.push(bytes, now: now)
      whole.finish(now: now)
      finish(now: now)
      answer = whole.answer
      isTooLarge = whole.isTooLarge
    } else {
      restart(now: now)
      push(bytes, now: now)
      finish(now: now)
    }
  }

  /// Takes what is gathered, in order.
  package mutating func takeChunks(now: MonotonicInstant) -> [OutputChunk] { queue.takeChunks(now: now) }

  /// The engine has taken over so many bytes.
  package mutating func acknowledge(_ bytes: Int) { queue.acknowledge(bytes) }

  private mutating func add(_ text: [UInt8], now: MonotonicInstant) {
    guard !text.isEmpty else { return }
    let room = bytesMax - answer.count
    isTooLarge = text.count > room
    let kept = isTooLarge ? text[..<UTF8Boundary.atOrBefore(room, in: text[...])] : text[...]
    answer += kept
    stream(kept, now: now)
  }

  private mutating func stream(_ text: ArraySlice<UInt8>, now: MonotonicInstant) {
    guard !isCapped, !text.isEmpty else { return }
    let room = Limits.streamedOutputBytesMax - Int(streamed)
    isCapped = text.count > room
    let end = isCapped ? UTF8Boundary.atOrBefore(text.startIndex + room, in: text) : text.endIndex
    let piece = StreamOutput.Piece(text: text[..<end], offset: streamed, truncated: isCapped)
    streamed += UInt64(end - text.startIndex)
    queue.append(piece, of: .standardOutput, now: now)
  }
}
