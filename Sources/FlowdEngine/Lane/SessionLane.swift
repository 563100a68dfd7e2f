package import FlowdModel

/// The FIFO of one session or one workspace: its calls are decided in the order in which they came.
///
/// A call waits only while it is behind another, or at the head for something to load.
package final class SessionLane {
  package enum Key: Hashable, Sendable {
    case session(SessionID)
    case workspace(ExactName)

    package static func workspace(_ path: String) -> Key { .workspace(ExactName(path)) }
  }

  struct Entry {
    let command: Command
    let call: CallToken
  }

  package let key: Key
  /// `nil` until loaded, and always for a workspace's lane.
  package internal(set) var state: SessionState?
  var queue = CallQueue<Entry>()
  /// What the call at the head has got so far.
  var resources: [Load: Loaded] = [:]
  /// What the call at the head waits for.
  var waitingFor: Load?
  /// The batch that holds the latest change, of a workspace's lane the latest in which it lost its selection; 0: none
  /// since it was loaded.
  package internal(set) var changedIn: UInt64 = 0
  /// Reports that came while the session was being loaded again.
  var heldReports: [StepReport] = []
  /// The encoded answer to a metadata read, kept by the caller of the engine until the session changes.
  package var cachedReply: [UInt8] = []
  /// Whether the engine lists it among those with calls that wait.
  var isListed = false
  /// Its runs were loaded again after a failed commit and have to be looked at.
  var needsAdvance = false
  /// When it was last used, for eviction.
  var lastUse: UInt64 = 0

  init(key: Key) { self.key = key }

  var isIdle: Bool { queue.isEmpty && waitingFor == nil && heldReports.isEmpty && (state?.runs.isEmpty ?? true) }
}
