internal import FlowdModel
internal import FlowdSteps

/// What an agent's command writes to standard error, on its way to the engine: redacted, and its head and tail kept.
struct ErrorOutput {
  /// The first bytes, as later steps see them.
  private(set) var captured: [UInt8] = []
  private(set) var isTruncated = false
  private(set) var queue = OutputQueue()

  private var redactor: StreamRedactor
  private var offset: UInt64 = 0
  private var tail: [UInt8] = []

  init(redactor: Redactor) { self.redactor = StreamRedactor(redactor) }

  /// The last that was written: where failures are explained.
  var said: String { String(decoding: tail.suffix(FailureText.bytesMax), as: UTF8.self) }

  /// - Parameter bytes: Valid UTF-8.
  mutating func push(_ bytes: [UInt8], now: MonotonicInstant) { add(redactor.push(bytes), now: now) }

  mutating func finish(now: MonotonicInstant) { add(redactor.finish(), now: now) }

  mutating func takeChunks(now: MonotonicInstant) -> [OutputChunk] { queue.takeChunks(now: now) }

  /// - Returns: How many of the bytes were not of this stream.
  mutating func acknowledge(_ bytes: Int) -> Int {
    let before = queue.unacknowledgedBytes
    queue.acknowledge(bytes)
    return bytes - (before - queue.unacknowledgedBytes)
  }

  private mutating func add(_ text: [UInt8], now: MonotonicInstant) {
    guard !text.isEmpty else { return }
    tail += text
    if tail.count > 2 * FailureText.bytesMax { tail.removeFirst(tail.count - FailureText.bytesMax) }
    let room = Limits.capturedOutputBytesMax - captured.count
    if text.count <= room {
      captured += text
    } else if !isTruncated {
      captured += text[..<UTF8Boundary.atOrBefore(room, in: text[...])]
      isTruncated = true
    }
    let left = Limits.streamedOutputBytesMax - Int(offset)
    guard left > 0 else { return }
    let end = text.count <= left ? text.count : UTF8Boundary.atOrBefore(left, in: text[...])
    let isCapped = end < text.count
    queue.append(.init(text: text[..<end], offset: offset, truncated: isCapped), of: .standardError, now: now)
    offset = isCapped ? UInt64(Limits.streamedOutputBytesMax) : offset + UInt64(end)
  }
}
