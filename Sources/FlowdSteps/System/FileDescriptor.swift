internal import Glibc

/// Owns one open descriptor and closes it when it goes out of scope.
package struct FileDescriptor: ~Copyable, Sendable {
  /// Valid as long as the owner lives; not to be closed by others.
  package let raw: Int32

  /// Takes over an open descriptor.
  package init(owning raw: Int32) {
    precondition(raw >= 0, "only an open descriptor can be owned")
    self.raw = raw
  }

  deinit { close(raw) }
}
