/// What a session holds: what the next start will run.
package struct SessionMeta: Equatable, Sendable {
  package let sessionID: SessionID
  /// The absolute path of the project.
  package let workspace: String
  package let title: String
  /// Empty: nothing chosen yet.
  package var executedFlowID: String
  /// Set by a start.
  package var lastUsedFlowID: String
  package var providerID: String
  package var modelID: String
  package var mode: RunMode
  /// Rises by 1 with each change.
  package var revision: UInt64
  package let createdAt: Timestamp
  package var updatedAt: Timestamp

  package init(
    sessionID: SessionID, workspace: String, title: String, executedFlowID: String, lastUsedFlowID: String,
    providerID: String, modelID: String, mode: RunMode, revision: UInt64, createdAt: Timestamp, updatedAt: Timestamp
  ) {
    self.sessionID = sessionID
    self.workspace = workspace
    self.title = title
    self.executedFlowID = executedFlowID
    self.lastUsedFlowID = lastUsedFlowID
    self.providerID = providerID
    self.modelID = modelID
    self.mode = mode
    self.revision = revision
    self.createdAt = createdAt
    self.updatedAt = updatedAt
  }
}

/// What a caller believes a session holds; `nil` parts are not compared.
package struct Expectation: Equatable, Sendable {
  package var revision: UInt64?
  package var executedFlowID: String?
  package var providerID: String?
  package var modelID: String?

  package init(
    revision: UInt64? = nil, executedFlowID: String? = nil, providerID: String? = nil, modelID: String? = nil
  ) {
    self.revision = revision
    self.executedFlowID = executedFlowID
    self.providerID = providerID
    self.modelID = modelID
  }

  /// What differs, in words such as `model is "a", expected "b"`; empty when the session holds what was expected.
  package func differences(from meta: SessionMeta) -> [String] {
    var found: [String] = []
    if let revision, revision != meta.revision { found.append("revision is \(meta.revision), expected \(revision)") }
    let texts = [
      ("flow", meta.executedFlowID, executedFlowID), ("provider", meta.providerID, providerID),
      ("model", meta.modelID, modelID),
    ]
    for (name, actual, expected) in texts {
      guard let expected, ExactName(expected) != ExactName(actual) else { continue }
      found.append("\(name) is \"\(actual)\", expected \"\(expected)\"")
    }
    return found
  }
}
