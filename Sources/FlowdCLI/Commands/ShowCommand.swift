internal import FlowdClient
internal import FlowdModel
internal import FlowdWire

/// `flowctl show`
enum ShowCommand: Command {
  static let reportOnly = Flag("report", "Print the report and nothing else")
  static let verbose = Flag("verbose", short: "v", "Whole requests, responses and prompts of all steps")
  static let outputsOnly = Flag("outputs", "Print the run's outputs, a JSON object, and nothing else")

  static let spec = CommandSpec(
    "show", "Show a run: its steps, checks, questions, outputs and report",
    operands: [Operand("RUN", completion: .run)], options: [verbose, reportOnly, outputsOnly],
    discussion: """
      Without RUN it is the session's newest run. Of an HTTP step it shows the request and how it was
      answered, of an agent the model and the tokens; of failed ones headers, values that were put in,
      times, the beginning of the body, or the prompt. With -v it shows these of every step, in full.
      """,
    examples: [
      Example("flowctl show", "the newest run"),
      Example("flowctl show -v", "with everything that was sent and received"),
      Example("flowctl show 3f9a2c71 --report > report.md", "only its report"),
      Example("flowctl show --outputs | jq -r .version", "an output, for a script"),
    ])

  static func run(_ context: Context, _ arguments: ParsedArguments) throws(CLIError) -> ExitCode {
    let id = try RunChoice.id(arguments.operand(0), context)
    // Checks, outputs and results come with what the steps wrote.
    let run = try context.wholeRun(id, includeOutput: true)
    if context.wantsJSON {
      try context.printJSON(withoutOutput(API.FlowServiceGetRunResponse(run: run)))
      return .ok
    }
    if arguments[outputsOnly] {
      context.output.line(run.outputs.isEmpty ? "{}" : String(decoding: run.outputs, as: UTF8.self))
      return .ok
    }
    if arguments[reportOnly] {
      if context.terminal.isOutputTerminal {
        for line in ReportText.lines(run.report, style: context.style) { context.output.line(line) }
      } else {
        context.output.write(run.report.isEmpty || run.report.hasSuffix("\n") ? run.report : run.report + "\n")
      }
      return .ok
    }
    for line in lines(run, context, isVerbose: arguments[verbose]) { context.output.line(line) }
    return .ok
  }

  private static func withoutOutput(_ response: API.FlowServiceGetRunResponse) -> API.FlowServiceGetRunResponse {
    var response = response
    for index in response.run?.steps.indices ?? 0..<0 {
      response.run?.steps[index].stdout = []
      response.run?.steps[index].stderr = []
    }
    return response
  }

  static func lines(_ run: API.Run, _ context: Context, isVerbose: Bool = false) -> [String] {
    let style = context.style
    var frame = RunFrame(
      width: context.tableWidth ?? 200, height: nil, now: context.now, style: style,
      isUnicode: context.terminal.isUnicode)
    frame.showsAllChecks = true
    var lines = frame.lines(ShownRun(run))
    if !run.error.isEmpty { lines.append("  " + style.red(TerminalText.sanitised(run.error))) }
    lines.append("")
    lines += rows(run, context).map { name, value in
      "\(style.dim(DisplayWidth.padded(name, to: 11)))\(TerminalText.sanitised(value))"
    }
    lines += questions(run, context) + values(run, context) + details(run, context, isVerbose: isVerbose)
    if !run.report.isEmpty { lines += [""] + ReportText.lines(run.report, style: style) }
    return lines
  }

  private static func rows(_ run: API.Run, _ context: Context) -> [(String, String)] {
    var rows: [(String, String)] = [("run", run.runID), ("session", run.sessionID), ("directory", run.cwd)]
    let mode = run.mode == .unspecified ? run.snapshot?.mode ?? .unspecified : run.mode
    if mode != .unspecified {
      let before = run.snapshot.map(\.mode).flatMap { $0 == mode || $0 == .unspecified ? nil : $0 }
      rows.append(("mode", MetaText.mode(mode) + (before.map { ", began as \(MetaText.mode($0))" } ?? "")))
    }
    let inputs = String(decoding: run.inputs, as: UTF8.self)
    if !inputs.isEmpty, inputs != "{}" { rows.append(("inputs", inputs)) }
    if let start = run.startedAt ?? run.admittedAt {
      rows.append((run.startedAt == nil ? "admitted" : "started", DurationText.age(context.now - start.model)))
    }
    if !run.parentRunID.isEmpty { rows.append(("part of", "\(run.parentRunID), step \(run.parentStepID)")) }
    for step in run.steps.filter({ !$0.childRunID.isEmpty }).prefix(20) {
      rows.append(("its run", "\(step.childRunID), of step \(step.stepID)"))
    }
    if !run.reusedFromRunID.isEmpty { rows.append(("repeats", run.reusedFromRunID)) }
    if !run.concurrencyGroup.isEmpty { rows.append(("group", run.concurrencyGroup)) }
    if !run.status.isFinal, run.pauseRequested || run.stepByStep {
      let word = run.status == .paused ? "paused" : run.pauseRequested ? "pausing" : "step by step"
      rows.append((word, "go on: flowctl resume \(ShortID.of(run.runID))\(run.stepByStep ? " --step" : "")"))
    }
    return rows
  }

  /// What waits for an answer, and how to give it.
  private static func questions(_ run: API.Run, _ context: Context) -> [String] {
    let style = context.style
    return Question.all(of: run).prefix(20).flatMap { question in
      [
        "", "\(style.yellow("?")) \(style.bold(TerminalText.sanitised(question.input.prompt)))",
        "  \(question.name): \(question.terms(now: context.now))", "  answer it: \(question.command)",
      ]
    }
  }

  /// Requests and agents: of failed children, which the picture of the run leaves out, or of every step in full.
  private static func details(_ run: API.Run, _ context: Context, isVerbose: Bool) -> [String] {
    let style = context.style
    let wanted = run.steps.filter { step in
      isVerbose ? step.http != nil || step.agent != nil : step.status == .failed && !step.parentStepID.isEmpty
    }
    return wanted.prefix(isVerbose ? 500 : 20).flatMap { step -> [String] in
      guard let summary = StepDetailLines.summary(http: step.http, agent: step.agent) else { return [] }
      var lines = ["", "\(style.bold(TerminalText.sanitised(step.stepID)))  \(summary)"]
      lines += StepDetailLines.details(
        http: step.http, agent: step.agent, style: style, width: context.tableWidth, isWhole: isVerbose)
      if isVerbose, step.agent != nil { lines += answer(step, context) }
      return lines
    }
  }

  /// What an agent answered.
  private static func answer(_ step: API.Step, _ context: Context) -> [String] {
    var block = DetailBlock(style: context.style, width: context.tableWidth, isWhole: true)
    block.add("answer", String(decoding: step.stdout, as: UTF8.self))
    return block.lines
  }

  /// What steps and the run handed on.
  private static func values(_ run: API.Run, _ context: Context) -> [String] {
    let style = context.style
    func line(_ name: String, _ json: [UInt8]) -> String? {
      let text = TerminalText.sanitised(String(decoding: json, as: UTF8.self))
      guard !text.isEmpty, text != "{}", text != "null" else { return nil }
      let label = TerminalText.sanitised(name)
      let room = (context.tableWidth ?? 400) - DisplayWidth.of(label) - 3
      return "  \(style.dim(label)) \(DisplayWidth.truncated(text, to: max(20, room)))"
    }
    var lines: [String] = []
    for step in run.steps.prefix(500) {
      if let text = line("\(step.stepID).outputs", step.outputs) { lines.append(text) }
      if let text = line("\(step.stepID).result", step.result) { lines.append(text) }
    }
    if let text = line("outputs", run.outputs) { lines.append(text) }
    return lines.isEmpty ? [] : ["", style.dim("values")] + lines
  }
}
