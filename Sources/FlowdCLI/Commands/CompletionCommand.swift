/// `flowctl completion`
enum CompletionCommand: Command {
  static let spec = CommandSpec(
    "completion", "Print a completion script for a shell",
    operands: [Operand("SHELL", required: true, completion: .choices(["bash", "zsh", "fish"]))],
    discussion: "SHELL is bash, zsh or fish.",
    examples: [
      Example("source <(flowctl completion bash)", "in ~/.bashrc"),
      Example("source <(flowctl completion zsh)", "in ~/.zshrc, after compinit"),
      Example("flowctl completion fish > ~/.config/fish/completions/flowctl.fish", "once"),
    ])

  static func run(_ context: Context, _ arguments: ParsedArguments) throws(CLIError) -> ExitCode {
    switch arguments.operand(0) {
    case "bash": context.output.write(CompletionScripts.bash)
    case "zsh": context.output.write(CompletionScripts.zsh)
    case "fish": context.output.write(CompletionScripts.fish)
    default: throw .usage("expected bash, zsh or fish", command: "completion")
    }
    return .ok
  }
}
