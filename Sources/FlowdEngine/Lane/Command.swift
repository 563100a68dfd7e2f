package import FlowdModel

/// What a call asks of a session or a workspace, checked and in the domain's types.
package enum Command: Equatable, Sendable {
  case getCurrentMeta
  case select
  case close(cancelActive: Bool)
  case setExecutedFlow(flow: String, expected: Expectation)
  case setProviderModel(provider: String, model: String, expected: Expectation)
  case setMode(RunMode, expected: Expectation)
  case start(StartRequest)
  /// No run: the active one. No mode: as its flow says.
  case cancel(RunID?, CancelMode?)
  case answer(AnswerRequest)
  case pause(RunID)
  case resume(RunID, stepByStep: Bool)
  case rerun(RerunRequest)
  case open(NewSession)
  /// Closes a session that nobody has touched since, for good.
  case archive(untouchedSince: Timestamp)
  /// Answered once everything before it in the lane is durable.
  case settle
}

/// What `session.new` asks for.
package struct NewSession: Equatable, Sendable {
  package var workspace: String
  package var title: String
  package var from: SessionID?
  package var client: String

  package init(workspace: String, title: String = "", from: SessionID? = nil, client: String = "") {
    self.workspace = workspace
    self.title = title
    self.from = from
    self.client = client
  }
}

/// Something a command at the head of its lane waits for. Reading it needs no transaction, so it starts at once.
package enum Load: Hashable, Sendable {
  case session(SessionID)
  case workspace(ExactName)
  case flow(workspace: String, id: String)
  /// The run that an earlier start with this request id left.
  case request(session: SessionID, sessionKey: Int64, id: String)
  case run(RunID)
  /// What steps of a run produced: of the first, and of as many of those after it as `Limits.runOutputsBytesMax` bytes
  /// hold. Delivered to the run, not to a call.
  case outputs(run: RunID, [OutputKey])

  /// Whether what it brings is kept for all lanes, so that one reading serves them all.
  var isShared: Bool {
    switch self {
    case .session, .workspace: true
    case .flow, .request, .run, .outputs: false
    }
  }
}

/// A step whose output is read, and where the store has that.
package struct OutputKey: Hashable, Sendable {
  package let step: Int
  package let storedRun: Int64
  package let storedStep: Int
}

/// What a step produced, as it was read.
package struct LoadedOutput: Sendable {
  package let step: Int
  package let output: StepOutput

  package init(step: Int, output: StepOutput) {
    self.step = step
    self.output = output
  }
}

/// What a load found.
package enum Loaded: Sendable {
  case session(LoadedSession?)
  /// The selected session; `nil` when the workspace has none.
  case workspace(SessionID?)
  case flow(FlowLookup)
  case request(RunRecord?)
  case run(RunView?)
  /// In the order of their keys.
  case outputs([LoadedOutput])
  /// The store or a file could not be read.
  case failed(String)

  /// `false` for what could not be read and for a session there is none of: asking again at once gives the same.
  var isThere: Bool {
    switch self {
    case .failed, .session(nil): false
    case .session, .workspace, .flow, .request, .run, .outputs: true
    }
  }
}

/// A session as the store has it.
package struct LoadedSession: Sendable {
  package var record: SessionRecord
  package var eventSequence: EventSequence
  /// Unfinished ones, oldest first.
  package var runs: [StoredRun]

  package init(record: SessionRecord, eventSequence: EventSequence, runs: [StoredRun]) {
    self.record = record
    self.eventSequence = eventSequence
    self.runs = runs
  }
}
