internal import FlowdModel

/// `flowctl help`
enum HelpCommand: Command {
  static let spec = CommandSpec(
    "help", "Show help for a command", operands: [Operand("COMMAND", completion: .command)])

  static func run(_ context: Context, _ arguments: ParsedArguments) throws(CLIError) -> ExitCode {
    guard let name = arguments.operand(0) else {
      context.output.write(HelpText.overview(CommandTable.visibleSpecs, style: context.style))
      return .ok
    }
    guard let command = CommandTable.find(name) else {
      let hint = NearMiss.nearest(to: name, among: CommandTable.visibleSpecs.map(\.name)).map {
        "; did you mean \($0)?"
      }
      throw CLIError(.usage, "there is no command \(quoted(name))\(hint ?? "")", hints: ["see: flowctl help"])
    }
    context.output.write(HelpText.command(command.spec, style: context.style))
    return .ok
  }
}
