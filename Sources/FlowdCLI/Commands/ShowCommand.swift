internal import FlowdModel
internal import FlowdWire

/// `flowctl show`
enum ShowCommand: Command {
  static let reportOnly = Flag("report", "Print the report and nothing else")

  static let spec = CommandSpec(
    "show", "Show a run: its steps, error and report",
    operands: [Operand("RUN", completion: .run)], options: [reportOnly],
    discussion: "Without RUN it is the session's newest run.",
    examples: [
      Example("flowctl show", "the newest run"),
      Example("flowctl show 3f9a2c71 --report > report.md", "only its report"),
    ])

  static func run(_ context: Context, _ arguments: ParsedArguments) throws(CLIError) -> ExitCode {
    let id = try RunChoice.id(arguments.operand(0), context)
    let response = try context.call(API.FlowGetRun.self, .init(runID: id))
    if context.wantsJSON {
      try context.printJSON(response)
      return .ok
    }
    let run = response.run ?? API.Run()
    if arguments[reportOnly] {
      if context.terminal.isOutputTerminal {
        for line in ReportText.lines(run.report, style: context.style) { context.output.line(line) }
      } else {
        context.output.write(run.report.isEmpty || run.report.hasSuffix("\n") ? run.report : run.report + "\n")
      }
      return .ok
    }
    for line in lines(run, context) { context.output.line(line) }
    return .ok
  }

  static func lines(_ run: API.Run, _ context: Context) -> [String] {
    let style = context.style
    var rows: [(String, String)] = [("run", run.runID), ("session", run.sessionID), ("directory", run.cwd)]
    let inputs = String(decoding: run.inputs, as: UTF8.self)
    if !inputs.isEmpty, inputs != "{}" { rows.append(("inputs", inputs)) }
    if let start = run.startedAt ?? run.admittedAt {
      rows.append((run.startedAt == nil ? "admitted" : "started", DurationText.age(context.now - start.model)))
    }
    var lines = RunFrame(
      width: context.tableWidth ?? 200, height: nil, now: context.now, style: style,
      isUnicode: context.terminal.isUnicode
    ).lines(RunProgress(run))
    if !run.error.isEmpty { lines.append("  " + style.red(TerminalText.sanitised(run.error))) }
    lines.append("")
    lines += rows.map { "\(style.dim(DisplayWidth.padded($0.0, to: 11)))\(TerminalText.sanitised($0.1))" }
    if !run.report.isEmpty { lines += [""] + ReportText.lines(run.report, style: style) }
    return lines
  }
}
