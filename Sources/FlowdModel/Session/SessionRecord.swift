/// A session as it is stored: its metadata and what only the daemon needs.
package struct SessionRecord: Equatable, Sendable {
  /// Short key of the tables; given once, in order of creation.
  package let key: Int64
  package var meta: SessionMeta
  /// The name of the program that opened it.
  package let client: String
  package var closedAt: Timestamp?
  /// Untouched for long: no longer listed, and deleted when its retention is over.
  package var archivedAt: Timestamp?

  package init(
    key: Int64, meta: SessionMeta, client: String, closedAt: Timestamp? = nil, archivedAt: Timestamp? = nil
  ) {
    self.key = key
    self.meta = meta
    self.client = client
    self.closedAt = closedAt
    self.archivedAt = archivedAt
  }
}
