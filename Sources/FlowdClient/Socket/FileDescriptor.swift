internal import Glibc

/// Owns an open file; closes it at the end of its life.
struct FileDescriptor: ~Copyable {
  let number: Int32

  init(_ number: Int32) { self.number = number }

  deinit { close(number) }

  /// Gives the number away; the caller closes it.
  consuming func take() -> Int32 {
    let number = number
    discard self
    return number
  }
}

/// What the C library says about an error number.
func errorText(_ code: Int32) -> String { String(cString: strerror(code)) }
