/// The highest keys in use; new ones go on from there.
package struct Counters: Equatable, Sendable {
  package var lastSessionKey: Int64
  package var lastRunKey: Int64
  package var lastPosition: EventPosition

  package init(lastSessionKey: Int64 = 0, lastRunKey: Int64 = 0, lastPosition: EventPosition = 0) {
    self.lastSessionKey = lastSessionKey
    self.lastRunKey = lastRunKey
    self.lastPosition = lastPosition
  }
}
