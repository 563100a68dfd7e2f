internal import FlowdModel

extension Language {
  /// The mapping `with` of a kind.
  package static func with(_ kind: StepKind) -> SchemaObject {
    switch kind {
    case .run: run
    case .http: http
    case .agent: agent
    case .script: script
    case .input: question
    case .wait: wait
    case .flow: subflow
    }
  }

  /// The mappings within it.
  package static func parts(of kind: StepKind) -> [SchemaObject] {
    switch kind {
    case .http: [multipart, auth, credentials, tls]
    case .run, .agent, .script, .input, .wait, .flow: []
    }
  }

  package static let run = SchemaObject(
    "run", place: "'with' of 'uses: run'",
    keys: [
      SchemaKey(
        "command", .either([.constant, .list(of: .template, max: Limits.flowStepsMax, min: 1)]),
        "A script for a shell, which is constant; or a program and its arguments.", required: true),
      SchemaKey("shell", .constant, "The script's shell.", standard: "`sh`"),
    ],
    instead: ["run": "'command'", "script": "'command'", "args": "'command' as a list", "env": "'env' beside 'with'"])

  package static let script = SchemaObject(
    "script", place: "'with' of 'uses: script'",
    keys: [SchemaKey("lua", .text, "A Lua 5.4 script; what it returns is the step's `result`.", required: true)],
    instead: ["script": "'lua'", "source": "'lua'", "code": "'lua'"])

  package static let question = SchemaObject(
    "input-step", place: "'with' of 'uses: input'",
    keys: [
      SchemaKey("prompt", .template, "The question.", required: true),
      SchemaKey("type", .words(questionKinds), "What answers look like.", standard: "`string`"),
      SchemaKey(
        "options", .list(of: .text, max: Limits.optionsMax, min: 1),
        "The texts of a `choice`; required for it, and for it only."),
      SchemaKey("default", .value, "The answer when nobody gives one; not for a `secret`."),
      SchemaKey("timeout", .duration, "After it the default is taken; without one the step fails."),
    ],
    instead: ["message": "'prompt'", "question": "'prompt'", "choices": "'options'"])

  package static let wait = SchemaObject(
    "wait", place: "'with' of 'uses: wait'",
    keys: [
      SchemaKey("for", .durationTemplate, "How long; `0s` ends at once. Either this or `until`."),
      SchemaKey("until", .expression, "Waits until it holds."),
      SchemaKey("interval", .duration, "With `until`: how often it is looked at.", standard: "`1s`"),
      SchemaKey("deadline", .duration, "With `until`: past it the step fails.", standard: "none"),
    ],
    instead: ["duration": "'for'", "seconds": "'for' with a unit, such as 5s", "timeout": "'deadline'"],
    exactlyOne: [["for", "until"]])

  package static let subflow = SchemaObject(
    "flow-step", place: "'with' of 'uses: flow'",
    keys: [
      SchemaKey("flow", .constant, "The id of a flow.", required: true),
      SchemaKey("inputs", .map(of: .value, names: .identifiers, max: Limits.flowInputsMax), "Its inputs, by name."),
    ],
    instead: ["id": "'flow'", "name": "'flow'", "with": "'inputs'"])

  /// The types of questions.
  package static let questionKinds = inputKinds.filter { $0 != InputDefinition.Kind.json.rawValue }
}
