internal import CLinux
internal import FlowdModel
internal import Glibc

/// Bytes for a command's standard input that it has not taken.
struct InputBacklog {
  private var bytes: [UInt8] = []
  private var head = 0
  /// Nothing is added any more: the input ends after what is here.
  var isClosed = false

  init() {}

  /// All that there will be.
  init(_ all: [UInt8]) {
    bytes = all
    isClosed = true
  }

  var count: Int { bytes.count - head }
  var isEmpty: Bool { count == 0 }

  /// - Returns: Whether it fits; when not, nothing was added.
  mutating func append(_ more: [UInt8]) -> Bool {
    guard count + more.count <= Limits.standardInputBytesMax else { return false }
    if !isClosed { bytes += more }
    return true
  }

  /// Offers what waits, until `write` takes none of it.
  mutating func drain(_ write: (UnsafeRawBufferPointer) -> Int) {
    while head < bytes.count {
      let taken = bytes.withUnsafeBytes { write(UnsafeRawBufferPointer(rebasing: $0[head...])) }
      if taken <= 0 { break }
      head += taken
    }
    // Moving the rest is paid for by what was taken before.
    if head * 2 >= bytes.count {
      bytes.removeFirst(head)
      head = 0
    }
  }

  mutating func removeAll() {
    bytes = []
    head = 0
  }
}

/// The pipe to a command's standard input.
///
/// Belongs to the executor's thread, which has SIGPIPE blocked.
final class InputPipe {
  private var descriptor: FileDescriptor?
  private var readingEnd: FileDescriptor?
  private var backlog: InputBacklog

  init(backlog: InputBacklog) throws(LaunchFailure) {
    let ends = try DescriptorPair { clinux_pipe($0) }
    // Of flowd's end only: the command expects its own to block.
    _ = fcntl(ends.second.raw, F_SETFL, fcntl(ends.second.raw, F_GETFL) | O_NONBLOCK)
    readingEnd = consume ends.first
    descriptor = consume ends.second
    self.backlog = backlog
  }

  /// For the launcher; `nil` after `begin`.
  var readingRaw: Int32? { readingEnd?.raw }

  /// flowd's end; `nil` when the input has ended.
  var raw: Int32? { descriptor?.raw }

  /// The launcher has its end.
  func begin() {
    readingEnd = nil
    flush()
  }

  /// Adds bytes and writes what the command has room for.
  ///
  /// - Returns: Whether they fit into what may wait. What comes after the end of the input is dropped.
  func write(_ bytes: [UInt8]) -> Bool {
    guard descriptor != nil else { return true }
    guard backlog.append(bytes) else { return false }
    flush()
    return true
  }

  /// Ends the input after what waits.
  func close() {
    backlog.isClosed = true
    flush()
  }

  /// Writes what the command has room for. One that reads no more is left alone: that is its own affair.
  func flush() {
    guard let raw = descriptor?.raw else { return }
    var isBroken = false
    backlog.drain { bytes in
      let taken = Glibc.write(raw, bytes.baseAddress, bytes.count)
      if taken < 0, errno != EAGAIN, errno != EINTR { isBroken = true }
      return taken
    }
    if isBroken { backlog.removeAll() }
    if isBroken || (backlog.isClosed && backlog.isEmpty) { descriptor = nil }
  }
}
