/// A step of a run as it is stored. A step that has not left `pending` has no row.
package struct StepRecord: Equatable, Sendable {
  /// Index in the definition's steps; the children of `foreach` steps come after them, those of one step in a row.
  package let index: Int
  /// Of a child: the index of its `foreach` step.
  package let parent: Int?
  /// Of a child: its place in the list, from 0.
  package let item: Int?
  package var status: StepStatus
  /// 0 until it first runs.
  package var attempt: Int
  /// Attempts that `retry` asked for; the others are repetitions of `until` and of restarts.
  package var retries: Int
  /// When the first attempt started.
  package var firstStartedAt: Timestamp?
  /// When the last attempt started.
  package var startedAt: Timestamp?
  package var finishedAt: Timestamp?
  /// When something is due by itself: the next attempt, the end of a wait, the end of a question's patience.
  package var wakeAt: Timestamp?
  package var exitCode: Int32?
  package var error: StepError?
  /// Of a `foreach` step whose list is known.
  package var childCount: Int?
  /// Of the same: the index of its first child.
  package var firstChild: Int?
  /// What it waits for a person to answer.
  package var question: PendingQuestion?
  /// Of a `flow` step: the run of its last attempt.
  package var childRun: RunID?

  package init(
    index: Int, parent: Int? = nil, item: Int? = nil, status: StepStatus = .pending, attempt: Int = 0,
    retries: Int = 0, firstStartedAt: Timestamp? = nil, startedAt: Timestamp? = nil, finishedAt: Timestamp? = nil,
    wakeAt: Timestamp? = nil, exitCode: Int32? = nil, error: StepError? = nil, childCount: Int? = nil,
    firstChild: Int? = nil, question: PendingQuestion? = nil, childRun: RunID? = nil
  ) {
    self.index = index
    self.parent = parent
    self.item = item
    self.status = status
    self.attempt = attempt
    self.retries = retries
    self.firstStartedAt = firstStartedAt
    self.startedAt = startedAt
    self.finishedAt = finishedAt
    self.wakeAt = wakeAt
    self.exitCode = exitCode
    self.error = error
    self.childCount = childCount
    self.firstChild = firstChild
    self.question = question
    self.childRun = childRun
  }
}

/// Why a step failed.
package struct StepError: Equatable, Sendable {
  package enum Class: Int, Equatable, Sendable, CaseIterable {
    /// A later attempt may succeed.
    case recoverable = 1
    case fatal = 2
    /// A person has to act.
    case needsUser = 3
  }

  package var errorClass: Class
  /// One sentence for a person; at most `Limits.stepErrorBytesMax`.
  package let message: String

  /// - Parameter message: What is too long of it is cut off: a script may raise megabytes.
  package init(_ errorClass: Class, _ message: String) {
    self.errorClass = errorClass
    let isLong = message.utf8.count > Limits.stepErrorBytesMax
    self.message =
      isLong ? String(decoding: message.utf8.prefix(Limits.stepErrorBytesMax), as: UTF8.self) + "…" : message
  }
}

/// A question that waits for a person, as it was asked.
package struct PendingQuestion: Equatable, Sendable {
  /// Why a person is asked.
  package enum Reason: Int, Equatable, Sendable, CaseIterable {
    /// An `input` step.
    case input = 1
    /// An attempt failed with an error of class needs-user; the answer is one of `decisions`.
    case error = 2
    /// A restart cut an attempt off whose `on-restart` is `ask`; the answer is one of `decisions`.
    case restart = 3
    /// An agent asks for a permission; the answer is one of `options`.
    case permission = 4
  }

  /// What a person may decide about a step that cannot go on.
  package static let decisions = ["retry", "fail", "skip"]

  /// Unique in its run; names the step and the attempt, such as `approve#1`.
  package var id: String
  package var reason: Reason
  package var prompt: String
  package var kind: InputDefinition.Kind
  package var options: [String]
  package var defaultValue: JSONValue?
  package var askedAt: Timestamp
  /// How long it waits at most in any mode but BATCH: the question's own `timeout`.
  package var timeout: Duration?

  package init(
    id: String, reason: Reason, prompt: String, kind: InputDefinition.Kind, options: [String],
    defaultValue: JSONValue?, askedAt: Timestamp, timeout: Duration? = nil
  ) {
    self.id = id
    self.reason = reason
    self.prompt = prompt
    self.kind = kind
    self.options = options
    self.defaultValue = defaultValue
    self.askedAt = askedAt
    self.timeout = timeout
  }
}

/// Who or what answered a question.
package enum AnsweredBy: Int, Equatable, Sendable, CaseIterable {
  case person = 1
  /// The mode does not wait for people.
  case mode = 2
  /// Its time was up: the question's own `timeout`, or `input-timeout` of a HYBRID run that nobody watched.
  case timeout = 3
  /// `input-expiry`.
  case expiry = 4
}
