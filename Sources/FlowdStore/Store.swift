package import FlowdModel

/// What the daemon keeps: one writer, and readers that see snapshots.
///
/// The engine does not know which store it has. All but `makeReader` are called by one thread at a time; each
/// reader belongs to one thread.
package protocol Store: Sendable {
  associatedtype Reader: StoreReader

  /// Writes everything or nothing; on return it survives power loss.
  ///
  /// - Parameter patience: How long to wait for a foreign lock.
  /// - Throws: `.full` and `.busy` leave nothing behind; after `.io` the state is unknown until the store is opened anew.
  func commit(_ batch: StoreBatch, patience: Duration) throws(StoreError)

  /// Writes a little, to find out whether the disk takes writes again.
  func probe(now: Timestamp) throws(StoreError)

  /// Deletes a session with everything of it, and the definitions that no run uses any more, one piece a call. From the
  /// first call on no reader sees it, also after a crash; then `StoreReader.doomedSessions` has it until the last one.
  ///
  /// Nothing is written to a session from the first call on.
  ///
  /// - Parameter limit: How many rows to delete at most; what is large counts as one for each 4 KiB.
  /// - Returns: Whether nothing of it is left.
  /// - Throws: `.other` for a session with a run that has not ended; else as `commit`.
  func deleteSession(_ session: Int64, limit: Int, patience: Duration) throws(StoreError) -> Bool

  /// Gives the disk the room that was kept for deleting; what to do when it is full.
  func releaseBallast()

  /// Takes that room again.
  ///
  /// - Returns: Whether there was enough for others too, or it was never taken.
  @discardableResult
  func restoreBallast() -> Bool

  func makeReader() throws(StoreError) -> Reader
}
