internal import FlowdModel
internal import FlowdWire
internal import Glibc

/// `flowctl validate`
enum ValidateCommand: Command {
  static let spec = CommandSpec(
    "validate", "Say what is wrong with flow files",
    operands: [Operand("FLOW|FILE", repeated: true, completion: .file)],
    discussion: """
      A word with a slash or a .yaml, .yml or .json ending is a file, any other a flow's id. Without
      any it is every flow of the workspace. Exits 1 when something is wrong.
      """,
    examples: [
      Example("flowctl validate", "every flow here"),
      Example("flowctl validate .flowd/flows/build.flow.yaml", "one file"),
    ])

  static func run(_ context: Context, _ arguments: ParsedArguments) throws(CLIError) -> ExitCode {
    var names = arguments.operands
    if names.isEmpty {
      names = try context.call(API.FlowList.self, .init(workspace: context.workspace)).flows.filter {
        $0.source == .workspace
      }.map(\.flowID)
      if names.isEmpty { context.note("no flows in \(context.workspace)/.flowd/flows") }
    }
    var isValid = true
    for name in names {
      let response = try context.call(API.FlowValidate.self, try request(name, context))
      isValid = isValid && response.valid
      if context.wantsJSON {
        try context.printJSON(response)
      } else {
        print(response, name, context)
      }
    }
    return isValid ? .ok : .failed
  }

  private static func request(_ name: String, _ context: Context) throws(CLIError) -> API.FlowServiceValidateRequest {
    let isFile = name.contains("/") || name.hasSuffix(".yaml") || name.hasSuffix(".yml") || name.hasSuffix(".json")
    guard isFile else { return .init(source: .flowID(name), workspace: context.workspace) }
    let content = try FileText.read(name, from: context.directory)
    return .init(source: .content(content), workspace: context.workspace, file: name)
  }

  private static func print(_ response: API.FlowServiceValidateResponse, _ name: String, _ context: Context) {
    let style = context.style
    for diagnostic in response.diagnostics {
      let isError = diagnostic.severity == .error
      let place =
        diagnostic.file + (diagnostic.line > 0 ? ":\(diagnostic.line)" : "")
        + (diagnostic.column > 0 ? ":\(diagnostic.column)" : "")
      let kind = isError ? style.red("error:") : style.yellow("warning:")
      context.output.line(
        "\(style.bold(TerminalText.sanitised(place))): \(kind) \(TerminalText.sanitised(diagnostic.message))")
    }
    if response.valid { context.output.line("\(style.green(context.terminal.isUnicode ? "✓" : "ok")) \(name)") }
  }
}
