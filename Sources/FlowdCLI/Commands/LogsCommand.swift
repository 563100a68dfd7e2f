internal import FlowdClient
internal import FlowdModel
internal import FlowdWire

/// `flowctl logs`
enum LogsCommand: Command {
  static let follow = Flag("follow", short: "f", "Go on until the run ends")
  static let errorsOnly = Flag("stderr", "Only what was written to standard error")
  static let outputOnly = Flag("stdout", "Only what was written to standard output")

  static let spec = CommandSpec(
    "logs", "Print what a run's commands and agents wrote, and its requests",
    operands: [Operand("RUN", completion: .run), Operand("STEP", completion: .step)],
    options: [follow, errorsOnly, outputOnly],
    discussion: """
      Without RUN it is the session's newest run; `last` names it too. RUN may be left out before
      STEP. Piped, the bytes are as they were written; on a terminal, colours stay and other control
      sequences are taken out. With several steps a line before each part names its step. A `foreach`
      step stands for its children. Requests, and what agents do beside their answers, are lines
      between them, unless --stdout or --stderr is given.
      """,
    examples: [
      Example("flowctl logs", "the newest run"), Example("flowctl logs build", "one step of it"),
      Example("flowctl logs -f last build", "one step, as it goes"),
      Example("flowctl logs last test --stderr > err.txt", "one step's standard error, unchanged"),
    ])

  static func run(_ context: Context, _ arguments: ParsedArguments) throws(CLIError) -> ExitCode {
    if arguments[errorsOnly], arguments[outputOnly] {
      throw .usage("give only one of --stdout and --stderr", command: "logs")
    }
    let (id, step) = try asked(arguments, context)
    let watch = try context.client().openWatch(
      .run(id), WatchOptions(untilNow: !arguments[follow], reconnectFor: nil))
    var printer = LogPrinter(
      context, step: step, stream: arguments[errorsOnly] ? .stderr : arguments[outputOnly] ? .stdout : nil)
    do throws(ClientError) {
      while let event = try watch.next() {
        // What the runs of its steps wrote is theirs.
        guard event.runID == id else { continue }
        if context.wantsJSON {
          printer.printJSON(event)
        } else {
          printer.print(event)
        }
        if arguments[follow] { context.output.flush() }
      }
    } catch {
      throw context.explained(error)
    }
    return .ok
  }

  /// The operands, of which RUN may be left out before STEP.
  private static func asked(
    _ arguments: ParsedArguments, _ context: Context
  ) throws(CLIError) -> (run: String, step: String?) {
    let first = arguments.operand(0)
    if let step = arguments.operand(1) {
      let id = try RunChoice.id(first, context)
      try check(step, among: try steps(of: id, context), of: id)
      return (id, step)
    }
    guard let first, first != "last", !ShortID.isWhole(first) else { return (try RunChoice.id(first, context), nil) }
    guard let newest = try? RunChoice.id(nil, context) else { return (try RunChoice.id(first, context), nil) }
    let here = try steps(of: newest, context)
    if here.contains(first) { return (newest, first) }
    do throws(CLIError) {
      return (try RunChoice.id(first, context), nil)
    } catch {
      guard error.message == RunChoice.unknown(first).message else { throw error }
      let hint = NearMiss.hint(for: first, among: here)
      throw CLIError(
        .refused, "no run \(quoted(first)), and no step of run \(ShortID.of(newest)) has that name\(hint)",
        hints: error.hints + stepsHint(here))
    }
  }

  private static func steps(of id: String, _ context: Context) throws(CLIError) -> [String] {
    try context.wholeRun(id).steps.map(\.stepID)
  }

  /// Says so when the run has no such step, instead of printing nothing.
  private static func check(_ step: String, among steps: [String], of id: String) throws(CLIError) {
    guard !steps.contains(step), !steps.isEmpty else { return }
    throw CLIError(
      .refused, "run \(ShortID.of(id)) has no step \(quoted(step))\(NearMiss.hint(for: step, among: steps))",
      hints: stepsHint(steps))
  }

  private static func stepsHint(_ steps: [String]) -> [String] {
    steps.isEmpty ? [] : ["steps: \(steps.prefix(20).joined(separator: ", "))"]
  }
}

/// Prints the output events of a run.
private struct LogPrinter {
  private let context: Context
  private let step: String?
  private let stream: API.OutputStream?
  /// The parts are of several steps.
  private var namesSteps: Bool
  private let onlyStep: String
  private var filters: [String: EscapeFilter] = [:]
  private var lastStep = ""
  private var isAtLineStart = true
  /// Steps that have written something.
  private var wrote: Set<String> = []
  /// What agents think, until they do something else.
  private var thoughts: [String: String] = [:]

  init(_ context: Context, step: String?, stream: API.OutputStream?) {
    self.context = context
    self.step = step
    self.stream = stream
    namesSteps = true
    onlyStep = step ?? ""
  }

  mutating func print(_ event: API.Event) {
    if case .runStarted(let started)? = event.kind, started.roster.count == 1 { namesSteps = false }
    for line in remarks(event) {
      begin(line.step)
      context.output.line((isAtLineStart ? "" : "\n") + context.style.dim(line.text))
      isAtLineStart = true
    }
    guard let output = wanted(event) else { return }
    begin(output.stepID)
    if context.terminal.isOutputTerminal {
      let key = "\(output.stepID)/\(output.stream.rawValue)"
      var filter = filters[key] ?? EscapeFilter(keeps: .colours)
      context.output.write(filter.filter(String(decoding: output.chunk, as: UTF8.self)))
      filters[key] = filter
    } else {
      context.output.write(bytes: output.chunk)
    }
    if let last = output.chunk.last { isAtLineStart = last == UInt8(ascii: "\n") }
    if output.truncated { context.note("[\(output.stepID) wrote more than is recorded]") }
  }

  /// Names the step whose part comes now.
  private mutating func begin(_ id: String) {
    guard namesSteps, id != onlyStep, id != lastStep else { return }
    let gap = isAtLineStart ? "" : "\n"
    context.output.line(gap + context.style.bold("==> \(TerminalText.sanitised(id)) <=="))
    lastStep = id
    isAtLineStart = true
  }

  /// Lines that no output is: what an agent does, and a request with the beginning of the body.
  private mutating func remarks(_ event: API.Event) -> [(step: String, text: String)] {
    guard stream == nil else { return [] }
    switch event.kind {
    case .stepOutput(let output):
      wrote.insert(output.stepID)
      return endThought(output.stepID)
    case .stepActivity(let activity) where isWanted(activity.stepID):
      if activity.kind == .usage { return [] }
      if activity.kind == .thought {
        thoughts[activity.stepID, default: ""] += activity.text
        return []
      }
      return endThought(activity.stepID) + [(activity.stepID, ActivityText.line(activity.kind, activity.text))]
    case .stepFinished(let finished):
      guard let step = finished.step, isWanted(step.stepID) else { return [] }
      let thought = endThought(step.stepID)
      guard let summary = StepDetailLines.summary(http: step.http, agent: step.agent) else { return thought }
      var texts = [summary]
      if let http = step.http, !wrote.contains(step.stepID), !http.bodyPreview.isEmpty {
        texts.append(TerminalText.sanitisedLines(http.bodyPreview))
      }
      return thought + texts.map { (step.stepID, $0) }
    default: return []
    }
  }

  /// A thought comes in pieces.
  private mutating func endThought(_ step: String) -> [(step: String, text: String)] {
    guard let thought = thoughts.removeValue(forKey: step), isWanted(step) else { return [] }
    return [(step, ActivityText.line(.thought, thought))]
  }

  func printJSON(_ event: API.Event) {
    guard wanted(event) != nil, let json = try? JSONCodec.contract.decode(event) else { return }
    context.output.line(json.text)
  }

  private func wanted(_ event: API.Event) -> API.StepOutput? {
    guard case .stepOutput(let output)? = event.kind else { return nil }
    guard isWanted(output.stepID) else { return nil }
    if let stream, output.stream != stream { return nil }
    return output
  }

  /// A `foreach` step is all its children.
  private func isWanted(_ id: String) -> Bool { step.map { id == $0 || id.hasPrefix($0 + "[") } ?? true }
}
