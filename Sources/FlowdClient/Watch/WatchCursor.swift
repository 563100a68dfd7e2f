internal import FlowdWire

/// Where a watch is: makes the request that goes on from there, and lets each event through once.
struct WatchCursor: Sendable {
  private let target: WatchTarget
  private let untilNow: Bool
  private var afterSeq: UInt64
  private var afterPosition: UInt64
  /// The state was asked for and not yet told in full.
  private var needsSnapshot: Bool
  private(set) var hasRunFinished = false

  init(_ target: WatchTarget, _ options: WatchOptions) {
    self.target = target
    untilNow = options.untilNow
    afterSeq = options.afterSeq
    afterPosition = options.afterPosition
    needsSnapshot = options.snapshot
  }

  var request: API.EventServiceWatchRequest {
    API.EventServiceWatchRequest(
      target: target.apiTarget, afterSeq: needsSnapshot ? 0 : afterSeq,
      afterPosition: needsSnapshot ? 0 : afterPosition, snapshot: needsSnapshot, untilNow: untilNow)
  }

  /// Whether the watch is complete when the daemon ends the stream in order.
  var mayEnd: Bool {
    if untilNow || hasRunFinished { return true }
    return false
  }

  /// Takes an event.
  ///
  /// - Returns: `false` for one that was let through before.
  mutating func admit(_ event: API.Event) -> Bool {
    if case .snapshot? = event.kind {
      afterSeq = max(afterSeq, event.seq)
      afterPosition = max(afterPosition, event.position)
      // A session's state is one event. The states of several sessions are known to be complete only once an event follows.
      if isOneSession { needsSnapshot = false }
      return true
    }
    needsSnapshot = false
    if isOneSession {
      guard event.seq > afterSeq else { return false }
      afterSeq = event.seq
    } else {
      guard event.position > afterPosition else { return false }
      afterPosition = event.position
    }
    if case .runFinished? = event.kind, case .run(let id) = target, event.runID == id.lowercased() {
      hasRunFinished = true
    }
    return true
  }

  private var isOneSession: Bool {
    switch target {
    case .session, .run: true
    case .workspace, .all: false
    }
  }
}
