/// One step as the flow file says it.
package struct StepDefinition: Equatable, Sendable {
  package var id: String
  /// What a person reads; the id when the file gives none.
  package var label: String
  package var needs: [Need]
  package var action: StepAction
  package var env: [EnvironmentEntry]
  /// Relative to the run's directory, or absolute; `nil` is the run's directory.
  package var workingDirectory: Template?
  /// Of one attempt.
  package var timeout: Duration?
  package var continueOnError: Bool
  package var onRestart: RestartPolicy

  package init(
    id: String, label: String? = nil, needs: [Need] = [], action: StepAction, env: [EnvironmentEntry] = [],
    workingDirectory: Template? = nil, timeout: Duration? = nil, continueOnError: Bool = false,
    onRestart: RestartPolicy = .retry
  ) {
    self.id = id
    self.label = label ?? id
    self.needs = needs
    self.action = action
    self.env = env
    self.workingDirectory = workingDirectory
    self.timeout = timeout
    self.continueOnError = continueOnError
    self.onRestart = onRestart
  }
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

/// What a step does; one case per step kind.
package enum StepAction: Equatable, Sendable {
  case run(RunCommand)

  /// The `uses` value.
  package var kind: String {
    switch self {
    case .run: "run"
    }
  }
}

/// A command: a shell script, or a program with its arguments.
package enum RunCommand: Equatable, Sendable {
  /// Given to `shell -e -c`. The script is constant: values reach it as environment variables only.
  case shell(script: String, shell: String)
  /// Executed without a shell; each argument is one element whatever it holds.
  case arguments([Template])
}

/// What becomes of an attempt that the daemon's death cut off.
package enum RestartPolicy: String, Equatable, Sendable, CaseIterable {
  case retry, fail
}
