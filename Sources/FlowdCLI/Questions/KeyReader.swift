internal import FlowdClient
internal import FlowdModel
internal import Glibc

/// Keys as they are pressed, without echo; used by the main thread only.
///
/// Ctrl-C and Ctrl-Z stay signals. What was typed before the reader was turned on is dropped, so that nobody answers a
/// question that was not there yet.
final class KeyReader {
  private static let pollMilliseconds: Int32 = 100

  private let handle: @Sendable ([UInt8]) -> Void
  private let isWanted = Locked(false)
  private let turnedOn = Semaphore(0)
  private var isStarted = false
  private var saved: termios?

  /// - Parameter handle: Called on a thread of its own.
  init(_ handle: @escaping @Sendable ([UInt8]) -> Void) { self.handle = handle }

  /// Does nothing in a process that the terminal does not belong to at present.
  func turnOn() {
    var settings = termios()
    guard saved == nil, tcgetpgrp(0) == getpgrp(), tcgetattr(0, &settings) == 0 else { return }
    let before = settings
    settings.c_lflag &= ~tcflag_t(ICANON | ECHO)
    withUnsafeMutableBytes(of: &settings.c_cc) { characters in
      characters[Int(VMIN)] = 1
      characters[Int(VTIME)] = 0
    }
    guard tcsetattr(0, TCSAFLUSH, &settings) == 0 else { return }
    saved = before
    isWanted.withLock { $0 = true }
    turnedOn.signal()
    startOnce()
  }

  /// Leaves the terminal as it was.
  func turnOff() {
    guard var before = saved else { return }
    isWanted.withLock { $0 = false }
    saved = nil
    // A process in the background may not, and would be stopped for trying.
    if tcgetpgrp(0) == getpgrp() { tcsetattr(0, TCSAFLUSH, &before) }
  }

  private func startOnce() {
    guard !isStarted else { return }
    isStarted = true
    ClientThread.start { [handle, isWanted, turnedOn] in
      while true {
        turnedOn.wait()
        while isWanted.withLock({ $0 }) {
          var polled = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
          guard poll(&polled, 1, KeyReader.pollMilliseconds) > 0, isWanted.withLock({ $0 }) else { continue }
          var buffer = [UInt8](repeating: 0, count: 1024)
          let count = read(0, &buffer, buffer.count)
          if count < 0, errno == EINTR || errno == EAGAIN { continue }
          // The terminal has gone; its SIGHUP ends the program.
          guard count > 0 else { return }
          handle(Array(buffer[..<count]))
        }
      }
    }
  }
}
