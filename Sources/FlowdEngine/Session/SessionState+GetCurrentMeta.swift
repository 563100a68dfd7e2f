internal import FlowdModel

extension SessionState {
  /// `session.getCurrentMeta`: metadata and active run as one snapshot.
  func getCurrentMeta() -> Reply {
    .currentMeta(meta, activeRun: activeRun?.view, sequence: eventSequence)
  }
}
