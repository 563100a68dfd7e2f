/// One step as the flow file says it, the flow's `defaults` merged in.
package struct StepDefinition: Equatable, Sendable {
  package var id: String
  /// What a person reads; the id when the file gives none.
  package var label: String
  /// Where the step begins in the flow file, from 1; 0 when it is not known.
  package var line: Int
  package var needs: [Need]
  /// `if`: evaluated when the step is ready; false skips it.
  package var condition: Expression?
  package var action: StepAction
  package var foreach: Foreach?
  package var env: [EnvironmentEntry]
  /// Relative to the run's directory, or absolute; `nil` is the run's directory.
  package var workingDirectory: Template?
  /// All of them are evaluated after an attempt that did not fail by itself.
  package var expect: [Check]
  package var until: Until?
  /// `steps.ID.outputs.NAME`, in file order.
  package var outputs: [NamedValue]
  package var retry: RetryPolicy
  /// Of one attempt.
  package var timeout: Duration?
  /// Of the step with all its attempts.
  package var deadline: Duration?
  package var continueOnError: Bool
  package var onRestart: RestartPolicy
  /// Steps with the same one stop being tried for a while when they fail again and again.
  package var circuit: String?

  package init(
    id: String, label: String? = nil, line: Int = 0, needs: [Need] = [], condition: Expression? = nil,
    action: StepAction, foreach: Foreach? = nil, env: [EnvironmentEntry] = [], workingDirectory: Template? = nil,
    expect: [Check] = [], until: Until? = nil, outputs: [NamedValue] = [], retry: RetryPolicy = RetryPolicy(),
    timeout: Duration? = nil, deadline: Duration? = nil, continueOnError: Bool = false,
    onRestart: RestartPolicy = .retry, circuit: String? = nil
  ) {
    self.id = id
    self.label = label ?? id
    self.line = line
    self.needs = needs
    self.condition = condition
    self.action = action
    self.foreach = foreach
    self.env = env
    self.workingDirectory = workingDirectory
    self.expect = expect
    self.until = until
    self.outputs = outputs
    self.retry = retry
    self.timeout = timeout
    self.deadline = deadline
    self.continueOnError = continueOnError
    self.onRestart = onRestart
    self.circuit = circuit
  }

  /// Whether it may run although the run has failed or is being cancelled, as its `if` asks how the run goes.
  package var isFinalizer: Bool { condition?.reads.asksForStatus ?? false }
}

/// An edge of the graph: the step may start when step `step` is settled.
package struct Need: Equatable, Sendable {
  /// Index in `FlowDefinition.steps`.
  package var step: Int
  /// `true`: settled in any way. `false`: succeeded or skipped.
  package var any: Bool

  package init(step: Int, any: Bool = false) {
    self.step = step
    self.any = any
  }
}

/// One child of the step for each element of a list.
package struct Foreach: Equatable, Sendable {
  /// Gives an array when the step is ready.
  package var list: ValueTemplate
  /// The name under which expressions of the step read the element.
  package var name: String
  /// Of the children; the flow's bound holds besides.
  package var maxParallel: Int?

  package init(list: ValueTemplate, name: String = "item", maxParallel: Int? = nil) {
    self.list = list
    self.name = name
    self.maxParallel = maxParallel
  }
}

/// The step is repeated until a condition holds; only the last attempt decides.
package struct Until: Equatable, Sendable {
  package var condition: Expression
  /// Between two attempts.
  package var interval: Duration
  /// For all of them together.
  package var deadline: Duration

  package init(condition: Expression, interval: Duration, deadline: Duration) {
    self.condition = condition
    self.interval = interval
    self.deadline = deadline
  }
}

/// What becomes of an attempt that the daemon's death cut off.
package enum RestartPolicy: String, Equatable, Sendable, CaseIterable {
  case retry, fail
  /// A person decides; in BATCH it fails.
  case ask
}
