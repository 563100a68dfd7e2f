/// The permissions that new files are not given, as in umask(2).
package struct FileMask: Equatable, Sendable {
  /// Leaves what is made to its owner alone.
  package static let ownerOnly = FileMask(0o077)
  /// All nine permissions.
  package static let bitsMax: UInt32 = 0o777

  package let bits: UInt32

  /// - Parameter bits: Those beyond `bitsMax` are not counted.
  package init(_ bits: UInt32) { self.bits = bits & FileMask.bitsMax }
}
