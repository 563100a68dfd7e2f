internal import Glibc

/// A NULL-terminated array of C strings, as `execve` takes it.
struct CStringArray: ~Copyable {
  let pointers: UnsafeMutableBufferPointer<UnsafeMutablePointer<CChar>?>

  /// Copies the strings; each ends at its first NUL, so the caller refuses those that hold one.
  init(_ strings: [String]) {
    pointers = .allocate(capacity: strings.count + 1)
    for (index, string) in strings.enumerated() { pointers.initializeElement(at: index, to: strdup(string)) }
    pointers.initializeElement(at: strings.count, to: nil)
  }

  deinit {
    for pointer in pointers { free(pointer) }
    pointers.deallocate()
  }
}
