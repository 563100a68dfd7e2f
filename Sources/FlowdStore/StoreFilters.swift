package import FlowdModel

/// Which sessions to list.
package struct SessionFilter: Sendable {
  /// `nil`: of all workspaces.
  package var workspace: String?
  package var includeClosed: Bool
  package var includeArchived: Bool

  package init(workspace: String? = nil, includeClosed: Bool = false, includeArchived: Bool = false) {
    self.workspace = workspace
    self.includeClosed = includeClosed
    self.includeArchived = includeArchived
  }
}

/// A row of the session list.
package struct SessionListRow: Sendable {
  package var record: SessionRecord
  package var isSelected: Bool
  package var activeRun: RunID?

  package init(record: SessionRecord, isSelected: Bool, activeRun: RunID?) {
    self.record = record
    self.isSelected = isSelected
    self.activeRun = activeRun
  }
}

/// Which runs to list; `nil` and empty parts do not filter.
package struct RunFilter: Sendable {
  package var session: SessionID?
  package var workspace: String?
  package var statuses: [RunStatus]
  package var flowID: String?

  package init(
    session: SessionID? = nil, workspace: String? = nil, statuses: [RunStatus] = [], flowID: String? = nil
  ) {
    self.session = session
    self.workspace = workspace
    self.statuses = statuses
    self.flowID = flowID
  }
}

/// Which events to read.
package enum EventRange: Equatable, Sendable {
  case session(Int64, after: EventSequence)
  case run(session: Int64, run: Int64, after: EventSequence)
  /// With those of the runs that are its steps, and theirs.
  case runTree(session: Int64, root: Int64, after: EventSequence)
  case workspace(String, after: EventPosition)
  case all(after: EventPosition)
}
