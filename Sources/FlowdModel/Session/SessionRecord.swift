/// A session as it is stored: its metadata and what only the daemon needs.
package struct SessionRecord: Equatable, Sendable {
  /// Short key of the tables; given once, in order of creation.
  package let key: Int64
  package var meta: SessionMeta
  /// The name of the program that opened it.
  package let client: String
  /// The sequence of its last event; 0 before the first.
  package var eventSequence: EventSequence
  package var closedAt: Timestamp?

  package init(
    key: Int64, meta: SessionMeta, client: String, eventSequence: EventSequence = 0, closedAt: Timestamp? = nil
  ) {
    self.key = key
    self.meta = meta
    self.client = client
    self.eventSequence = eventSequence
    self.closedAt = closedAt
  }
}
