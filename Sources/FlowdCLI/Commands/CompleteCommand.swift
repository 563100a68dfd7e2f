/// `flowctl __complete`, which completion scripts call.
enum CompleteCommand: Command {
  static let spec = CommandSpec(
    "__complete", "Print candidates for the last of the words",
    operands: [Operand("WORD", repeated: true)], isHidden: true)

  static func run(_ context: Context, _ arguments: ParsedArguments) throws(CLIError) -> ExitCode {
    for candidate in Completion.candidates(for: arguments.operands, context) {
      context.output.line(candidate.help.isEmpty ? candidate.word : "\(candidate.word)\t\(candidate.help)")
    }
    return .ok
  }
}
