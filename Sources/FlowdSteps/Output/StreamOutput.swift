internal import FlowdModel

/// One output stream of one attempt: cleans it, keeps its head, and ends its streaming at the cap.
package struct StreamOutput {
  /// What is to be streamed of the bytes taken.
  package struct Piece: Equatable {
    package var text: ArraySlice<UInt8>
    package var offset: UInt64
    /// The cap lies at the end of `text`.
    package var truncated: Bool

    package init(text: ArraySlice<UInt8>, offset: UInt64, truncated: Bool) {
      self.text = text
      self.offset = offset
      self.truncated = truncated
    }
  }

  /// The first bytes, at most `Limits.capturedOutputBytesMax`.
  private(set) var captured: [UInt8] = []
  private(set) var isCapturedTruncated = false
  /// Past the cap: what comes is thrown away.
  private(set) var isCapped = false

  private var sanitizer = UTF8Sanitizer()
  private var streamed: UInt64 = 0

  /// Takes what was read.
  ///
  /// - Returns: `nil` when there is nothing to stream.
  mutating func take(_ input: UnsafeRawBufferPointer) -> Piece? {
    guard !isCapped else { return nil }
    var text: [UInt8] = []
    text.reserveCapacity(input.count + 4)
    sanitizer.append(input, to: &text)
    return accept(text)
  }

  /// The stream has ended.
  ///
  /// - Returns: What a sequence that was cut off there becomes.
  mutating func finish() -> Piece? {
    guard !isCapped else { return nil }
    var text: [UInt8] = []
    sanitizer.finish(to: &text)
    return accept(text)
  }

  private mutating func accept(_ text: [UInt8]) -> Piece? {
    guard !text.isEmpty else { return nil }
    capture(text)
    let offset = streamed
    let room = Limits.streamedOutputBytesMax - Int(streamed)
    isCapped = text.count > room
    let end = isCapped ? UTF8Boundary.atOrBefore(room, in: text[...]) : text.count
    streamed += UInt64(end)
    return Piece(text: text[..<end], offset: offset, truncated: isCapped)
  }

  private mutating func capture(_ text: [UInt8]) {
    guard !isCapturedTruncated else { return }
    let room = Limits.capturedOutputBytesMax - captured.count
    isCapturedTruncated = text.count > room
    captured += isCapturedTruncated ? text[..<UTF8Boundary.atOrBefore(room, in: text[...])] : text[...]
  }
}
