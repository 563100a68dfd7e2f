package import FlowdModel

/// What the daemon keeps: one writer, and readers that see snapshots.
///
/// The engine does not know which store it has. `commit` and `probe` are called by one thread at a time; each reader
/// belongs to one thread.
package protocol Store: Sendable {
  associatedtype Reader: StoreReader

  /// Writes everything or nothing; on return it survives power loss.
  ///
  /// - Parameter patience: How long to wait for a foreign lock.
  /// - Throws: `.full` and `.busy` leave nothing behind; after `.io` the state is unknown until the store is opened anew.
  func commit(_ batch: StoreBatch, patience: Duration) throws(StoreError)

  /// Writes a little, to find out whether the disk takes writes again.
  func probe(now: Timestamp) throws(StoreError)

  func makeReader() throws(StoreError) -> Reader
}
