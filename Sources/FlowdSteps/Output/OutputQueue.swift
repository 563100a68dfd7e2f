package import FlowdModel

/// Output of one attempt on its way to the engine: gathered into chunks, and counted until it is acknowledged.
///
/// A line goes out at once when none went out within the last delay; what follows within the delay goes out together.
/// Text that does not end in a newline waits one delay for its rest.
package struct OutputQueue {
  /// The most that is gathered before it goes out at once.
  static let gatheredBytesMax = 65_536

  /// Bytes handed on or gathered, and not yet acknowledged.
  package private(set) var unacknowledgedBytes = 0
  private let gathering: Duration
  private var chunks: [OutputChunk] = []
  private var gatheredBytes = 0
  private var gatheredSince = MonotonicInstant.never
  private var lastSent: MonotonicInstant?

  /// When what is gathered has to go out; `never` when nothing is.
  package private(set) var dueAt = MonotonicInstant.never

  /// - Parameter gathering: The delay.
  package init(gathering: Duration = .milliseconds(Limits.outputGatheringMilliseconds)) { self.gathering = gathering }

  /// Adds a piece of a stream.
  package mutating func append(_ piece: StreamOutput.Piece, of stream: OutputChunk.Stream, now: MonotonicInstant) {
    if chunks.isEmpty { gatheredSince = now }
    gatheredBytes += piece.text.count
    unacknowledgedBytes += piece.text.count
    var rest = piece.text
    var offset = piece.offset
    while !rest.isEmpty {
      let room = roomInLastChunk(for: stream)
      let end = UTF8Boundary.atOrBefore(min(rest.startIndex + room, rest.endIndex), in: rest)
      guard end > rest.startIndex else {
        chunks.append(OutputChunk(stream: stream, text: [], offset: offset))
        continue
      }
      chunks[chunks.count - 1].text += rest[..<end]
      offset += UInt64(end - rest.startIndex)
      rest = rest[end...]
    }
    if piece.truncated { markTruncated(stream, at: offset) }
    updateDueTime(now: now, atOnce: piece.truncated)
  }

  /// Takes all that is gathered, in order.
  package mutating func takeChunks(now: MonotonicInstant) -> [OutputChunk] {
    defer {
      chunks = []
      gatheredBytes = 0
      dueAt = .never
      lastSent = now
    }
    return chunks
  }

  /// The engine has taken over this many bytes; more than were handed on counts as all of them.
  package mutating func acknowledge(_ bytes: Int) {
    unacknowledgedBytes -= min(max(0, bytes), unacknowledgedBytes - gatheredBytes)
  }

  /// How many bytes of `stream` may still go into the last chunk.
  private func roomInLastChunk(for stream: OutputChunk.Stream) -> Int {
    guard let last = chunks.last, last.stream == stream else { return 0 }
    return Limits.outputChunkBytesMax - last.text.count
  }

  /// The mark is on a chunk of the stream's own: the last one, or an empty one after another stream's.
  private mutating func markTruncated(_ stream: OutputChunk.Stream, at offset: UInt64) {
    if chunks.last?.stream == stream {
      chunks[chunks.count - 1].truncated = true
    } else {
      chunks.append(OutputChunk(stream: stream, text: [], offset: offset, truncated: true))
    }
  }

  private mutating func updateDueTime(now: MonotonicInstant, atOnce: Bool) {
    guard let last = chunks.last else { return }
    if atOnce || gatheredBytes >= Self.gatheredBytesMax {
      dueAt = now
    } else if last.text.last == UInt8(ascii: "\n") {
      dueAt = lastSent.map { $0 + gathering } ?? now
    } else {
      dueAt = gatheredSince + gathering
    }
  }
}
