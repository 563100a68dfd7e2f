#if FLOW_SCHEMA
  internal import FlowdModel
  internal import FlowdSchema
#endif

/// `flowctl schema`
enum SchemaCommand: Command {
  static let spec = CommandSpec(
    "schema", "Print the JSON Schema of flow files",
    discussion: """
      Editors check and complete flow files with it. Needs no daemon.
      """,
    examples: [
      Example("flowctl schema > ~/.config/flowd/flow.schema.json", "for an editor"),
      Example("# yaml-language-server: $schema=flow.schema.json", "as the first line of a flow file"),
    ])

  static func run(_ context: Context, _ arguments: ParsedArguments) throws(CLIError) -> ExitCode {
    #if FLOW_SCHEMA
      context.output.line(FlowSchema.jsonSchema().prettyText)
      return .ok
    #else
      throw CLIError(.failed, "this flowctl was built without the schema of flow files")
    #endif
  }
}
