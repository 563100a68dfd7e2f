internal import FlowdClient
internal import FlowdModel
internal import Glibc

/// The program: reads the command line, runs one command, tells errors.
public enum Program {
  /// - Parameter words: Without the program's name.
  /// - Returns: The exit code.
  public static func main(_ words: [String]) -> Int32 {
    let environment = ProcessEnvironment.current
    let terminal = Terminal.current(environment)
    let output = TextOutput(1)
    let errors = TextOutput(2)
    let code = run(words, environment: environment, directory: currentDirectory, output, errors, terminal)
    output.flush()
    errors.flush()
    return code.rawValue
  }

  package static func run(
    _ words: [String], environment: [String: String], directory: String, _ output: TextOutput, _ errors: TextOutput,
    _ terminal: Terminal
  ) -> ExitCode {
    var arguments = ParsedArguments()
    var command = ""
    do throws(CLIError) {
      let global = ArgumentParser(options: GlobalOptions.all, command: "")
      let rest = try global.parse(words[...], stopsAtOperand: true, into: &arguments)
      guard let name = rest.first else {
        output.write(HelpText.overview(CommandTable.visibleSpecs, style: terminal.outputStyle))
        return .ok
      }
      guard let found = CommandTable.find(name) else { throw unknown(name) }
      command = name
      try found.spec.parse(rest.dropFirst(), into: &arguments)
      if arguments[GlobalOptions.help] {
        output.write(HelpText.command(found.spec, style: terminal.outputStyle))
        return .ok
      }
      let context = Context(
        arguments: arguments, environment: environment, directory: directory, output: output, errors: errors,
        terminal: terminal, clock: wallClock)
      return try found.run(context, arguments)
    } catch {
      output.flush()
      tell(error, command: command, asJSON: arguments[GlobalOptions.json], errors, terminal.errorStyle)
      return error.exitCode
    }
  }

  private static func unknown(_ name: String) -> CLIError {
    let near = NearMiss.nearest(to: name, among: CommandTable.visibleSpecs.map(\.name))
    return .usage("unknown command \(quoted(name))" + (near.map { "; did you mean \($0)?" } ?? ""), command: "")
  }

  private static func tell(
    _ error: CLIError, command: String, asJSON: Bool, _ errors: TextOutput, _ style: Style
  ) {
    if asJSON, error.exitCode != .usage {
      errors.line(error.json.text)
      return
    }
    guard !error.message.isEmpty else { return }
    errors.line("\(style.red("flowctl\(command.isEmpty ? "" : " \(command)"):")) \(error.message)")
    for hint in error.hints { errors.line("  \(style.dim(hint))") }
  }

  private static func wallClock() -> Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(microsecondsSince1970: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
  }

  private static var currentDirectory: String {
    guard let path = getcwd(nil, 0) else { return "/" }
    defer { free(path) }
    return String(cString: path)
  }
}
