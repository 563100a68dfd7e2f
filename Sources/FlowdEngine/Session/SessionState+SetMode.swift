internal import FlowdModel

extension SessionState {
  /// `session.setMode`: how questions to a person are treated from the next decision on.
  func setMode(_ mode: RunMode, expected: Expectation, _ transaction: Transaction) throws(Refusal) -> Reply {
    try requireOpen()
    try require(expected)
    changeMeta(transaction) { $0.mode = mode }
    return .meta(meta)
  }
}
