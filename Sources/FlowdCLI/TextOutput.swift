internal import FlowdModel
internal import Glibc

/// Where a command writes: a file, or memory in tests.
package final class TextOutput {
  private let descriptor: Int32?
  private var bytes: [UInt8] = []
  private static let bufferBytesMax = 65_536
  /// Something could not be written.
  package private(set) var hasFailed = false

  /// - Parameter descriptor: `nil`: kept in memory.
  package init(_ descriptor: Int32?) { self.descriptor = descriptor }

  package func write(_ text: String) { write(bytes: Array(text.utf8)) }

  package func line(_ text: String = "") { write(text + "\n") }

  package func write(bytes more: [UInt8]) {
    bytes += more
    if descriptor != nil, bytes.count >= TextOutput.bufferBytesMax { flush() }
  }

  /// Hands everything to the file. A reader that has gone ends the program by SIGPIPE, as it should.
  package func flush() {
    guard let descriptor else { return }
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        Glibc.write(descriptor, buffer.baseAddress.map { $0 + sent }, buffer.count - sent)
      }
      if count > 0 {
        sent += count
      } else if errno == EAGAIN {
        var polled = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = poll(&polled, 1, 1000)
      } else if errno != EINTR {
        hasFailed = true
        break
      }
    }
    bytes.removeAll(keepingCapacity: true)
  }

  /// What was written, in tests.
  package var text: String { String(decoding: bytes, as: UTF8.self) }
}
