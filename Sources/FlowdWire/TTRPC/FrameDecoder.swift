internal import FlowdModel

/// What a frame decoder found.
package enum DecodedFrame {
  /// A whole frame; the body lives until the handler returns.
  case frame(FrameHeader, body: UnsafeRawBufferPointer)
  /// A frame over `Limits.frameBytesMax`; its body is being discarded.
  case oversize(FrameHeader)
}

/// Cuts a byte stream into frames, incrementally and in bounded memory.
///
/// Whole frames are handed out where they lie in the caller's buffer; only the beginning of an incomplete one is kept.
/// Memory grows with the bytes that arrived, never with a length that was only announced.
package struct FrameDecoder: ~Copyable {
  /// The announced length cannot be a frame's: the stream is out of step and must be closed.
  package struct OutOfStep: Error, Equatable {
    package let header: FrameHeader
  }

  private var pending: [UInt8] = []
  private var discarding = 0

  package init() {}

  /// Bytes of an incomplete frame that are held now.
  package var pendingByteCount: Int { pending.count }

  /// Feeds received bytes and calls `handle` for each frame that is now complete.
  ///
  /// - Parameter handle: Returns `false` to stop; the rest of `bytes` is then dropped.
  /// - Throws: `OutOfStep` for a length of 16 MiB or more, which no writer of frames makes.
  package mutating func receive(
    _ bytes: UnsafeRawBufferPointer, _ handle: (DecodedFrame) -> Bool
  ) throws(OutOfStep) {
    var offset = 0
    while offset < bytes.count {
      if discarding > 0 {
        let skipped = min(discarding, bytes.count - offset)
        discarding -= skipped
        offset += skipped
      } else if !pending.isEmpty {
        guard try completePending(bytes, &offset, handle) else { return }
      } else {
        guard try takeWhole(bytes, &offset, handle) else { return }
      }
    }
  }

  /// Takes the frame at `offset` out of the caller's buffer, or keeps its beginning.
  @inline(__always)
  private mutating func takeWhole(
    _ bytes: UnsafeRawBufferPointer, _ offset: inout Int, _ handle: (DecodedFrame) -> Bool
  ) throws(OutOfStep) -> Bool {
    let available = bytes.count - offset
    guard available >= FrameHeader.byteCount else {
      keep(bytes, &offset)
      return true
    }
    let header = FrameHeader(UnsafeRawBufferPointer(rebasing: bytes[offset...]))
    if header.length > Limits.frameBytesMax {
      offset += FrameHeader.byteCount
      return try discard(header, handle)
    }
    let end = FrameHeader.byteCount + Int(header.length)
    guard available >= end else {
      keep(bytes, &offset)
      return true
    }
    let body = UnsafeRawBufferPointer(rebasing: bytes[(offset + FrameHeader.byteCount)..<(offset + end)])
    offset += end
    return handle(.frame(header, body: body))
  }

  private mutating func keep(_ bytes: UnsafeRawBufferPointer, _ offset: inout Int) {
    pending.append(contentsOf: bytes[offset...])
    offset = bytes.count
  }

  /// Adds to the kept beginning just what its frame still lacks.
  private mutating func completePending(
    _ bytes: UnsafeRawBufferPointer, _ offset: inout Int, _ handle: (DecodedFrame) -> Bool
  ) throws(OutOfStep) -> Bool {
    if pending.count < FrameHeader.byteCount {
      add(bytes, &offset, upTo: FrameHeader.byteCount)
      guard pending.count == FrameHeader.byteCount else { return true }
    }
    let header = pending.withUnsafeBytes { FrameHeader($0) }
    if header.length > Limits.frameBytesMax {
      pending = []
      return try discard(header, handle)
    }
    add(bytes, &offset, upTo: FrameHeader.byteCount + Int(header.length))
    guard pending.count == FrameHeader.byteCount + Int(header.length) else { return true }
    let frame = pending
    pending = []
    return frame.withUnsafeBytes { buffer in
      handle(.frame(header, body: UnsafeRawBufferPointer(rebasing: buffer[FrameHeader.byteCount...])))
    }
  }

  private mutating func add(_ bytes: UnsafeRawBufferPointer, _ offset: inout Int, upTo total: Int) {
    let taken = min(total - pending.count, bytes.count - offset)
    guard taken > 0 else { return }
    pending.append(contentsOf: bytes[offset..<offset + taken])
    offset += taken
  }

  private mutating func discard(
    _ header: FrameHeader, _ handle: (DecodedFrame) -> Bool
  ) throws(OutOfStep) -> Bool {
    guard header.length >> 24 == 0 else { throw OutOfStep(header: header) }
    discarding = Int(header.length)
    return handle(.oversize(header))
  }
}
