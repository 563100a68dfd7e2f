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

  /// The first bytes, at most `capturedBytesMax`.
  private(set) var captured: [UInt8] = []
  private(set) var isCapturedTruncated = false
  /// All that was written.
  private(set) var byteCount = 0
  /// Past the cap: what comes is thrown away.
  private(set) var isCapped = false

  private let capturedBytesMax: Int
  private let streamedBytesMax: Int
  /// `nil`: there is nothing to look for.
  private var redactor: StreamRedactor?
  private var sanitizer = UTF8Sanitizer()
  private var streamed: UInt64 = 0

  /// - Parameter redactor: Takes secrets out of what is streamed and kept.
  init(
    capturedBytesMax: Int = Limits.capturedOutputBytesMax, streamedBytesMax: Int = Limits.streamedOutputBytesMax,
    redactor: Redactor? = nil
  ) {
    self.capturedBytesMax = capturedBytesMax
    self.streamedBytesMax = streamedBytesMax
    self.redactor = redactor.flatMap { $0.isEmpty ? nil : StreamRedactor($0) }
  }

  /// Takes what was read.
  ///
  /// - Returns: `nil` when there is nothing to stream.
  mutating func take(_ input: UnsafeRawBufferPointer) -> Piece? {
    byteCount += input.count
    guard !isCapped else { return nil }
    var text: [UInt8] = []
    text.reserveCapacity(input.count + 4)
    if redactor == nil {
      sanitizer.append(input, to: &text)
    } else {
      sanitize(redactor?.push(Array(input)) ?? [], to: &text)
    }
    return accept(text)
  }

  /// The stream has ended.
  ///
  /// - Returns: What a sequence that was cut off there becomes.
  mutating func finish() -> Piece? {
    guard !isCapped else { return nil }
    var text: [UInt8] = []
    sanitize(redactor?.finish() ?? [], to: &text)
    sanitizer.finish(to: &text)
    return accept(text)
  }

  private mutating func sanitize(_ bytes: [UInt8], to text: inout [UInt8]) {
    bytes.withUnsafeBytes { sanitizer.append($0, to: &text) }
  }

  private mutating func accept(_ text: [UInt8]) -> Piece? {
    guard !text.isEmpty else { return nil }
    capture(text)
    let offset = streamed
    let room = streamedBytesMax - Int(streamed)
    isCapped = text.count > room
    let end = isCapped ? UTF8Boundary.atOrBefore(room, in: text[...]) : text.count
    streamed += UInt64(end)
    return Piece(text: text[..<end], offset: offset, truncated: isCapped)
  }

  private mutating func capture(_ text: [UInt8]) {
    guard !isCapturedTruncated else { return }
    let room = capturedBytesMax - captured.count
    isCapturedTruncated = text.count > room
    captured += isCapturedTruncated ? text[..<UTF8Boundary.atOrBefore(room, in: text[...])] : text[...]
  }
}
