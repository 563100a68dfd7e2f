internal import FlowdModel

extension Language {
  package static let agent = SchemaObject(
    "agent", place: "'with' of 'uses: agent'",
    keys: [
      SchemaKey("prompt", .template, "What the agent is asked.", required: true),
      SchemaKey("system", .template, "What it is told before, after its persona.", standard: "nothing"),
      SchemaKey("persona", .constant, "A file that says who it is.", standard: "none"),
      SchemaKey(
        "contracts", .list(of: .constant, max: Limits.documentsMax), "Files that say what its answer must keep to."),
      SchemaKey("provider", .template, "One of the configuration's providers.", standard: "the run's"),
      SchemaKey(
        "model", .template, "A model of it.",
        standard: "the run's; with `provider` alone, that provider's `default-model`"),
      SchemaKey(
        "read_only", .boolean, "Whether the kernel keeps it from changing anything; where it cannot, the step fails.",
        standard: "`true`"),
      SchemaKey("output", .words(AgentStep.Output.allCases.map(\.rawValue)), "What its answer is.", standard: "`text`"),
      SchemaKey("schema", .json, "With `output: json`: a JSON Schema that the answer must fit, a mapping."),
      SchemaKey(
        "max-output", .size(1...Limits.resultBytesMax), "Of its answer; a longer one fails the attempt.",
        standard: "`1MiB`"),
    ],
    instead: [
      "read-only": "'read_only'", "readonly": "'read_only'", "readOnly": "'read_only'", "max_output": "'max-output'",
      "messages": "'prompt'", "message": "'prompt'", "question": "'prompt'", "instructions": "'system'",
      "role": "'persona'", "contract": "'contracts'", "format": "'output'", "timeout": "'timeout' beside 'with'",
      "cwd": "'cwd' beside 'with'", "env": "'env' beside 'with'", "json_schema": "'schema'", "json-schema": "'schema'",
    ])
}
