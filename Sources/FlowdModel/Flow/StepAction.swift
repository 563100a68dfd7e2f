/// What a step does; one case per step kind.
package enum StepAction: Equatable, Sendable {
  case run(RunCommand)
  case script(ScriptSource)
  case input(Question)
  case wait(Wait)
  case flow(SubflowCall)
  case http(HTTPStep)
  case agent(AgentStep)

  /// The `uses` value.
  package var kind: String {
    switch self {
    case .run: "run"
    case .script: "script"
    case .input: "input"
    case .wait: "wait"
    case .flow: "flow"
    case .http: "http"
    case .agent: "agent"
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

/// A Lua script; what it returns is the step's `result`.
package struct ScriptSource: Equatable, Sendable {
  package var source: String
  /// The line of the flow file on which its first line stands, from 1; 0 when it is not known.
  package var firstLine: Int
  package var reads: ExpressionReads

  package init(_ source: String, firstLine: Int = 0, reads: ExpressionReads = ExpressionReads()) {
    self.source = source
    self.firstLine = firstLine
    self.reads = reads
  }
}

/// A question to a person; the answer is the step's `value`.
package struct Question: Equatable, Sendable {
  package var prompt: Template
  /// `json` is not among them.
  package var kind: InputDefinition.Kind
  /// Non-empty for `choice` only.
  package var options: [String]
  package var defaultValue: ValueTemplate?
  /// After it the question is treated as in BATCH.
  package var timeout: Duration?

  package init(
    prompt: Template, kind: InputDefinition.Kind = .string, options: [String] = [], defaultValue: ValueTemplate? = nil,
    timeout: Duration? = nil
  ) {
    self.prompt = prompt
    self.kind = kind
    self.options = options
    self.defaultValue = defaultValue
    self.timeout = timeout
  }
}

/// Nothing, for a time.
package enum Wait: Equatable, Sendable {
  /// A duration such as `5s`; `0s` ends at once.
  case duration(Template)
  /// Until the expression is true, looked at every `interval`; past `deadline` the step fails.
  case until(Expression, interval: Duration, deadline: Duration?)
}

/// Another flow, run as a step: a run of its own.
package struct SubflowCall: Equatable, Sendable {
  /// Constant, so that it is pinned when the outermost run is admitted.
  package var flow: String
  package var inputs: [NamedValue]

  package init(flow: String, inputs: [NamedValue] = []) {
    self.flow = flow
    self.inputs = inputs
  }
}
