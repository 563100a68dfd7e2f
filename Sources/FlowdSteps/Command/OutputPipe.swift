internal import FlowdModel
internal import Glibc

/// The reading end of a command's standard output or error, and what was made of the bytes so far.
///
/// Belongs to the executor's thread.
final class OutputPipe {
  enum Reading {
    case bytes(UnsafeRawBufferPointer)
    case nothing
    /// All writers have closed it, or it cannot be read.
    case end
  }

  let stream: OutputChunk.Stream
  let token: UInt64
  var isPaused = false
  var output: StreamOutput
  private var descriptor: FileDescriptor?

  init(stream: OutputChunk.Stream, token: UInt64, descriptor: consuming FileDescriptor, output: StreamOutput) {
    self.stream = stream
    self.token = token
    self.output = output
    self.descriptor = consume descriptor
  }

  /// `nil` after `close`.
  var raw: Int32? { descriptor?.raw }

  /// How many bytes wait in the pipe.
  var waitingBytes: Int {
    guard let raw else { return 0 }
    var count: Int32 = 0
    return ioctl(raw, UInt(FIONREAD), &count) == 0 ? Int(count) : 0
  }

  /// Reads once.
  func read(into buffer: UnsafeMutableRawBufferPointer) -> Reading {
    guard let raw else { return .end }
    let got = Glibc.read(raw, buffer.baseAddress, buffer.count)
    if got > 0 { return .bytes(UnsafeRawBufferPointer(rebasing: buffer[..<got])) }
    return got < 0 && (errno == EAGAIN || errno == EINTR) ? .nothing : .end
  }

  func close() { descriptor = nil }
}
