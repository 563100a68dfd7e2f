/// Writes help from the declarations.
package enum HelpText {
  /// Of the whole program.
  package static func overview(_ commands: [CommandSpec], style: Style) -> String {
    let groups: [(String, [String])] = [
      ("Run flows", ["run", "start", "rerun", "answer", "pause", "resume", "cancel"]),
      ("Look at runs", ["watch", "runs", "show", "logs", "export"]),
      ("Sessions", ["new", "select", "sessions", "close", "meta", "set"]),
      ("Look around", ["flows", "validate", "schema", "providers", "status", "doctor"]),
      ("More", ["call", "completion", "version", "help"]),
    ]
    var text = "Talk to flowd, the local daemon that runs flows.\n\n"
    text += "\(style.bold("Usage:")) flowctl COMMAND [OPTION]...\n"
    for (title, names) in groups {
      text += "\n\(style.bold(title))\n"
      for name in names {
        guard let command = commands.first(where: { $0.name == name }) else { continue }
        text += "  \(padded(name, 12))\(command.summary)\n"
      }
    }
    text += "\n\(style.bold("Options of every command"))\n" + list(GlobalOptions.all)
    text += "\n\(style.bold("Exit codes"))\n"
    text += "  0 ok   1 run failed   2 usage   3 daemon not reachable   4 refused   5 waits for an answer\n"
    text += "  130 interrupted\n"
    return text + "\nflowctl COMMAND --help shows a command's options and examples.\n"
  }

  /// Of one command.
  package static func command(_ spec: CommandSpec, style: Style) -> String {
    var text = spec.summary + ".\n\n"
    let operands = spec.operands.map { " " + $0.synopsis }.joined()
    text += "\(style.bold("Usage:")) flowctl \(spec.name)\(operands)\(spec.options.isEmpty ? "" : " [OPTION]...")\n"
    if !spec.discussion.isEmpty { text += "\n\(spec.discussion)\n" }
    if !spec.options.isEmpty { text += "\n\(style.bold("Options"))\n" + list(spec.options) }
    text += "\n\(style.bold("Options of every command"))\n" + list(GlobalOptions.all)
    if !spec.examples.isEmpty {
      text += "\n\(style.bold("Examples"))\n"
      for example in spec.examples { text += "  \(example.command)\n      \(style.dim(example.meaning))\n" }
    }
    return text
  }

  private static func list(_ options: [any OptionDeclaration]) -> String {
    let forms = options.map { option in
      let short = option.short.map { "-\($0), " } ?? "    "
      return short + "--" + option.name + (option.placeholder.map { " " + $0 } ?? "")
    }
    let width = min(30, (forms.map(\.count).max() ?? 0) + 2)
    return zip(forms, options).map { form, option in
      let gap = form.count >= width ? form + "\n" + String(repeating: " ", count: width + 2) : padded(form, width)
      return "  \(gap)\(option.help)\n"
    }.joined()
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
