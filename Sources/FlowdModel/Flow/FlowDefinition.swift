/// A flow as its file says it: validated, with every step name resolved to an index.
package struct FlowDefinition: Equatable, Sendable {
  /// The file's stem; what `session.setExecutedFlow` names.
  package var id: String
  /// The `name` key, else the id.
  package var name: String
  /// For people; empty when the file gives none.
  package var description: String
  package var inputs: [InputDefinition]
  /// Environment of every step, in file order.
  package var env: [EnvironmentEntry]
  /// What its runs start with instead of the session's mode.
  package var mode: RunMode?
  /// How many steps may run at once; `concurrency.max-parallel`.
  package var maxParallel: Int
  /// `concurrency.group`: runs with the same one, in any session, wait for each other.
  package var concurrencyGroup: Template?
  /// How a cancel that does not say it ends a run.
  package var onCancel: CancelMode
  package var onFailure: FailurePolicy
  /// How long a question of a HYBRID run waits while nobody watches.
  package var inputTimeout: Duration?
  package var inputExpiry: InputExpiry?
  /// In file order; `StepDefinition.needs` refers to indices of this array.
  package var steps: [StepDefinition]
  /// What the run hands to the flow that ran it as a step, in file order.
  package var outputs: [NamedValue]
  package var report: Template?
  /// Narrows what the configuration allows.
  package var network: NetworkPolicy?
  /// The personas and contracts of its agents.
  package var documents: [FlowDocument]
  /// Names after `secrets.` in its expressions.
  package var secrets: [String]

  package init(
    id: String, name: String, description: String = "", inputs: [InputDefinition] = [], env: [EnvironmentEntry] = [],
    mode: RunMode? = nil, maxParallel: Int = Limits.maxParallelDefault, concurrencyGroup: Template? = nil,
    onCancel: CancelMode = .graceful, onFailure: FailurePolicy = FailurePolicy(), inputTimeout: Duration? = nil,
    inputExpiry: InputExpiry? = nil, steps: [StepDefinition], outputs: [NamedValue] = [], report: Template? = nil,
    network: NetworkPolicy? = nil, documents: [FlowDocument] = [], secrets: [String] = []
  ) {
    self.id = id
    self.name = name
    self.description = description
    self.inputs = inputs
    self.env = env
    self.mode = mode
    self.maxParallel = maxParallel
    self.concurrencyGroup = concurrencyGroup
    self.onCancel = onCancel
    self.onFailure = onFailure
    self.inputTimeout = inputTimeout
    self.inputExpiry = inputExpiry
    self.steps = steps
    self.outputs = outputs
    self.report = report
    self.network = network
    self.documents = documents
    self.secrets = secrets
  }
}

/// What becomes of the steps that run when another one fails the run, by the class of its error.
package struct FailurePolicy: Equatable, Sendable {
  /// `force`: they are ended. `graceful`: they finish.
  package var recoverable: CancelMode
  package var fatal: CancelMode
  package var needsUser: CancelMode

  package init(recoverable: CancelMode = .force, fatal: CancelMode = .force, needsUser: CancelMode = .force) {
    self.recoverable = recoverable
    self.fatal = fatal
    self.needsUser = needsUser
  }

  package func mode(for errorClass: StepError.Class) -> CancelMode {
    switch errorClass {
    case .recoverable: recoverable
    case .fatal: fatal
    case .needsUser: needsUser
    }
  }
}

/// What becomes of a question that nobody answers.
package struct InputExpiry: Equatable, Sendable {
  package enum Policy: String, Equatable, Sendable, CaseIterable {
    /// The step fails.
    case fail
    /// The step takes its default, or fails when it has none.
    case useDefault = "default"
    /// It waits on.
    case keep
  }

  package var after: Duration
  package var policy: Policy

  package init(after: Duration, policy: Policy = .fail) {
    self.after = after
    self.policy = policy
  }
}

/// A name and the value it is given.
package typealias NamedValue = ValueTemplate.Member

/// One value a start may or must give.
package struct InputDefinition: Equatable, Sendable {
  package enum Kind: String, Equatable, Sendable, CaseIterable {
    case string, number, boolean, choice, json
    /// A reference such as `secret:NAME`, never the value.
    case secret
  }

  package var name: String
  package var kind: Kind
  package var required: Bool
  /// Checked against `kind` when the file is read.
  package var defaultValue: JSONValue?
  /// Non-empty for `choice` only.
  package var options: [String]
  package var description: String

  package init(
    name: String, kind: Kind = .string, required: Bool = false, defaultValue: JSONValue? = nil,
    options: [String] = [], description: String = ""
  ) {
    self.name = name
    self.kind = kind
    self.required = required
    self.defaultValue = defaultValue
    self.options = options
    self.description = description
  }
}

/// `NAME: value` under an `env` key.
package struct EnvironmentEntry: Equatable, Sendable {
  package var name: String
  package var value: Template

  package init(name: String, value: Template) {
    self.name = name
    self.value = value
  }
}
