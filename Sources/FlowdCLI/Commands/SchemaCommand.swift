internal import FlowdModel
internal import FlowdSchema

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
    context.output.line(FlowSchema.jsonSchema().prettyText)
    return .ok
  }
}
