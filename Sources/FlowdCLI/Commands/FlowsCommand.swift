internal import FlowdModel
internal import FlowdWire

/// `flowctl flows`
enum FlowsCommand: Command {
  static let spec = CommandSpec(
    "flows", "List the flows that can be run here",
    discussion: """
      Of the workspace (.flowd/flows/*.flow.yaml), the user ($XDG_CONFIG_HOME/flowd/flows) and those
      built in; the first of a name counts.
      """,
    examples: [Example("flowctl flows", "what flowctl run FLOW may name")])

  static func run(_ context: Context, _ arguments: ParsedArguments) throws(CLIError) -> ExitCode {
    let response = try context.call(API.FlowList.self, .init(workspace: context.workspace))
    if context.wantsJSON {
      try context.printJSON(response)
      return .ok
    }
    guard !response.flows.isEmpty else {
      context.note("no flows; put one into \(context.workspace)/.flowd/flows/NAME.flow.yaml")
      return .ok
    }
    var table = Table(["FLOW", "FROM", "DESCRIPTION"])
    for flow in response.flows {
      let errors = flow.diagnostics.filter { $0.severity == .error }
      let text = flow.description.isEmpty ? (flow.name == flow.flowID ? "" : flow.name) : flow.description
      let shown =
        errors.isEmpty ? text : "not valid (flowctl validate \(flow.flowID)): \(errors[0].message)"
      table.add([
        .init(flow.flowID) { $0.bold($1) }, .init(source(flow.source)) { $0.dim($1) },
        .init(shown) { errors.isEmpty ? $1 : $0.red($1) },
      ])
    }
    for line in table.lines(style: context.style, width: context.tableWidth) { context.output.line(line) }
    return .ok
  }

  private static func source(_ source: API.FlowSource) -> String {
    switch source {
    case .workspace: "workspace"
    case .user: "user"
    case .builtin: "built in"
    case .unspecified, .unrecognized: "-"
    }
  }
}
