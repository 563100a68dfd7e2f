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
  /// How many steps may run at once; `concurrency.max-parallel`.
  package var maxParallel: Int
  /// In file order; `StepDefinition.needs` refers to indices of this array.
  package var steps: [StepDefinition]
  package var report: Template?

  package init(
    id: String, name: String, description: String = "", inputs: [InputDefinition] = [], env: [EnvironmentEntry] = [],
    maxParallel: Int = Limits.maxParallelDefault, steps: [StepDefinition], report: Template? = nil
  ) {
    self.id = id
    self.name = name
    self.description = description
    self.inputs = inputs
    self.env = env
    self.maxParallel = maxParallel
    self.steps = steps
    self.report = report
  }
}

/// One value a start may or must give.
package struct InputDefinition: Equatable, Sendable {
  package enum Kind: String, Equatable, Sendable, CaseIterable {
    case string, number, boolean, choice, json
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

/// Text with references, resolved in one pass: a value is never read again for references.
package struct Template: Equatable, Sendable {
  package enum Part: Equatable, Sendable {
    case text(String)
    case reference(Reference)
  }

  package var parts: [Part]

  package init(_ parts: [Part]) { self.parts = parts }

  package init(_ text: String) { parts = text.isEmpty ? [] : [.text(text)] }
}

/// What `${{ … }}` may name.
package enum Reference: Equatable, Sendable {
  /// `inputs.NAME`
  case input(String)
  /// `steps.ID.FIELD`; the step by index.
  case step(Int, StepField)
  /// `run.id`, `run.flow`, `run.provider`, `run.model`, `run.cwd`
  case run(RunField)

  package enum StepField: String, Equatable, Sendable, CaseIterable {
    case stdout, stderr, exit, status, error
  }

  package enum RunField: String, Equatable, Sendable, CaseIterable {
    case id, flow, provider, model, cwd, session
  }
}
