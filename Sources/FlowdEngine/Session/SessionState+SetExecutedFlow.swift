package import FlowdModel

extension SessionState {
  /// `session.setExecutedFlow`: the flow was looked up when the call came to the head of its lane.
  func setExecutedFlow(
    flow: String, found: FlowLookup, expected: Expectation, _ transaction: Transaction
  ) throws(Refusal) -> Reply {
    try requireOpen()
    try require(expected)
    try found.requireExists(flow)
    changeMeta(transaction) { $0.executedFlowID = flow }
    return .meta(meta)
  }
}

/// What the catalogue said of a flow id.
package enum FlowLookup: Equatable, Sendable {
  case found(PinnedDefinition)
  /// It exists but is not valid; the diagnostics as text.
  case invalid([String])
  /// Whether it exists, or what it says, could not be found out; why.
  case unreadable(String)
  /// It does not exist; ids that look alike.
  case missing(suggestions: [String])

  func requireExists(_ id: String) throws(Refusal) {
    if case .unreadable(let reason) = self {
      throw Refusal(.failedPrecondition, "FLOW_UNREADABLE", reason, metadata: ["flow_id": id])
    }
    guard case .missing(let suggestions) = self else { return }
    let hint =
      suggestions.isEmpty
      ? "flow.list shows those there are"
      : "did you mean \(suggestions.map { "\"\($0)\"" }.joined(separator: " or "))?"
    throw Refusal(
      .notFound, "FLOW_NOT_FOUND", "no flow \"\(id)\" is visible from the session's workspace; \(hint)",
      metadata: ["flow_id": id])
  }

  func requireValid(_ id: String) throws(Refusal) -> PinnedDefinition {
    try requireExists(id)
    switch self {
    case .found(let definition): return definition
    case .invalid(let diagnostics):
      let first = diagnostics.first ?? "it has no valid definition"
      let more = diagnostics.count > 1 ? " (and \(diagnostics.count - 1) more; flow.validate lists them)" : ""
      throw Refusal(
        .failedPrecondition, "FLOW_INVALID", "flow \"\(id)\" is not valid: \(first)\(more)", metadata: ["flow_id": id])
    case .missing, .unreadable: preconditionFailure("a flow that is not there was refused above")
    }
  }
}
