internal import FlowdModel

/// The language of flow files. The reader's keys, the JSON Schema and the tables of the reference page come from here.
package enum Language {
  /// A whole file.
  package static let flow = SchemaObject(
    "flow", place: "a flow",
    keys: [
      SchemaKey("name", .constant, "What a person reads.", standard: "the id"),
      SchemaKey("description", .text, "Text for people."),
      SchemaKey(
        "inputs",
        .map(of: .either([.words(inputKinds), .object(input)]), names: .identifiers, max: Limits.flowInputsMax),
        "What a start gives, by name."),
      SchemaKey("env", environment, "Environment variables of every `run` and `agent` step; they may not read steps."),
      SchemaKey("defaults", .object(defaults), "Keys that steps have unless they say otherwise."),
      SchemaKey(
        "mode", .words(RunMode.allCases.map(\.name)),
        "The mode that runs begin with; one that is another's step has the mode of that.",
        standard: "the session's mode"),
      SchemaKey("concurrency", .object(concurrency), "How much runs at once."),
      SchemaKey(
        "network", .object(network), "What `http` steps may reach, within what the configuration allows."),
      SchemaKey(
        "on-cancel", .words(["graceful", "force"]),
        "How a cancel that does not say it ends a run: running steps finish, or are ended.", standard: "`graceful`"),
      SchemaKey(
        "on-failure", .either([.words(failureWords), .object(failure)]),
        "What becomes of running steps when another one fails the run: they are ended, or finish.",
        standard: "`cancel`"),
      SchemaKey(
        "input-timeout", .duration, "How long a question of a HYBRID run waits while nobody watches.",
        standard: "`60s`"),
      SchemaKey(
        "input-expiry", .either([.duration, .object(expiry)]),
        "After what time a question that nobody answers is given up; a duration alone means `then: fail`.",
        standard: "never"),
      SchemaKey(
        "steps", .list(of: .object(step), max: Limits.flowStepsMax, min: 1), "The steps.", required: true),
      SchemaKey(
        "outputs", .map(of: .value, names: .identifiers, max: Limits.outputsMax),
        "What a flow that runs this one reads as `steps.ID.outputs.NAME`; may read any step."),
      SchemaKey("report", .template, "The outcome of the run as text, usually Markdown; may read any step."),
    ],
    instead: ["id": "the id as the file's name", "jobs": "'steps'"])

  package static let input = SchemaObject(
    "input", place: "an input",
    keys: [
      SchemaKey("type", .words(inputKinds), "What its values look like.", standard: "`string`"),
      SchemaKey(
        "required", .boolean, "Whether a start must give it; not together with `default`.", standard: "`false`"),
      SchemaKey(
        "default", .json, "A constant that fits the type; of a `secret` a reference such as `secret:NAME`."),
      SchemaKey(
        "options", .list(of: .text, max: Limits.optionsMax, min: 1),
        "The texts of a `choice`; required for it, and for it only."),
      SchemaKey("description", .text, "Text for people."),
    ])

  package static let concurrency = SchemaObject(
    "concurrency", place: "'concurrency'",
    keys: [
      SchemaKey(
        "max-parallel", .integer(1...Limits.maxParallelMax), "How many steps of a run go on at once.",
        standard: "\(Limits.maxParallelDefault)"),
      SchemaKey(
        "group", .template,
        "Runs with the same text, in any session, wait for each other, but for those that are another's step; may read "
          + "`inputs` and `run`."),
    ])

  /// Also of the configuration.
  package static let network = SchemaObject(
    "network", place: "'network'",
    keys: [
      SchemaKey("loopback", .boolean, "Whether this machine may be reached.", standard: "`true`"),
      SchemaKey("private", .boolean, "Whether private networks may be reached.", standard: "`true`"),
      SchemaKey(
        "link-local", .boolean,
        "Whether link-local addresses may be reached; those of clouds' metadata only if `allow` names them.",
        standard: "`false`"),
      SchemaKey(
        "allow", networkRules, "Only these; an address or a network also lifts what the keys above refuse.",
        standard: "all"),
      SchemaKey("deny", networkRules, "Never these, whatever else is allowed; `*` is everything."),
    ],
    instead: ["link_local": "'link-local'", "block": "'deny'", "hosts": "'allow'"])

  private static let networkRules = SchemaType.list(of: .networkRule, max: Limits.networkRulesMax)

  package static let failure = SchemaObject(
    "on-failure", place: "'on-failure'",
    keys: [
      SchemaKey(
        "recoverable", .words(failureWords), "After an error that might not come again, such as a timeout.",
        standard: "`cancel`"),
      SchemaKey("fatal", .words(failureWords), "After an error that would come again.", standard: "`cancel`"),
      SchemaKey(
        "needs-user", .words(failureWords), "After an error that only a person can resolve.", standard: "`cancel`"),
    ])

  package static let expiry = SchemaObject(
    "input-expiry", place: "'input-expiry'",
    keys: [
      SchemaKey("after", .duration, "How long a question waits.", required: true),
      SchemaKey(
        "then", .words(InputExpiry.Policy.allCases.map(\.rawValue)),
        "`fail`: its step fails; `default`: it takes its default, or fails without one; `keep`: it waits on.",
        standard: "`fail`"),
    ])

  /// The words of `on-failure`.
  package static let failureWords = ["cancel", "finish"]

  /// The types of inputs.
  package static let inputKinds = InputDefinition.Kind.allCases.map(\.rawValue)

  static let environment = SchemaType.map(of: .template, names: .variables, max: Limits.environmentEntriesMax)
}
