internal import FlowdClient
internal import FlowdModel
internal import FlowdWire

/// `flowctl answer`
enum AnswerCommand: Command {
  static let fromInput = Flag("stdin", "Read the value from standard input, such as a secret")
  static let takesDefault = Flag("default", "Answer with the question's default")

  static let spec = CommandSpec(
    "answer", "Answer a question that a run waits for",
    operands: [
      Operand("RUN", completion: .run), Operand("STEP|INPUT", completion: .question), Operand("VALUE"),
    ],
    options: [fromInput, takesDefault],
    discussion: """
      Without RUN it is a question of any run of the session; without STEP the only one there is. RUN
      may be left out before STEP and VALUE, and STEP with it when only one question waits.
      VALUE is yes or no, a number, an option by its name, the beginning of it or its number, or
      text, as the question wants it; with --json it is JSON. Without VALUE it is asked for on a
      terminal, secrets without showing them. When several questions wait and none is named, they
      are listed and the exit code is 5.
      """,
    examples: [
      Example("flowctl answer", "ask me what waits"),
      Example("flowctl answer approve yes", "answer a question of this session"),
      Example("flowctl answer 3f9a2c71 approve yes", "the same, of any run"),
      Example("pass show token | flowctl answer last login --stdin", "a secret that nobody sees"),
    ])

  static func run(_ context: Context, _ arguments: ParsedArguments) throws(CLIError) -> ExitCode {
    let asked = try Asked(arguments, context)
    let given = [asked.value != nil, arguments[fromInput], arguments[takesDefault]].count { $0 }
    guard given <= 1 else { throw .usage("give only one of VALUE, --stdin and --default", command: "answer") }
    let questions = try WaitingQuestions.all(of: asked.run, context)
    guard let question = try WaitingQuestions.pick(asked.step, among: questions) else {
      try list(questions, context)
      return .waiting
    }
    if given == 0, !context.terminal.isInputTerminal || !context.terminal.isOutputTerminal || context.wantsJSON {
      let terms = question.terms(now: context.now)
      throw CLIError(
        .usage, "\(question.name) asks: \(TerminalText.sanitised(question.input.prompt)) (\(terms))",
        hints: ["give the value: \(question.command)"])
    }
    guard given > 0 else { return try AnswerDialogue(context, question).run() }
    let request = API.FlowServiceAnswerRequest(
      runID: question.runID, stepID: question.stepID, inputID: question.input.inputID,
      value: try value(for: question, asked.value, context, arguments))
    let response = try context.call(API.FlowAnswer.self, request)
    if context.wantsJSON {
      try context.printJSON(response)
    } else {
      let repeated = response.outcome == .repeated ? " before" : ""
      context.output.line("answered \(question.name) of run \(ShortID.of(question.runID))\(repeated)")
    }
    return .ok
  }

  /// The operands, of which RUN, or RUN and STEP, may be left out.
  private struct Asked {
    var run: String?
    var step: String?
    var value: String?

    init(_ arguments: ParsedArguments, _ context: Context) throws(CLIError) {
      (run, step, value) = (arguments.operand(0), arguments.operand(1), arguments.operand(2))
      guard let first = run, value == nil, first != "last", !ShortID.isWhole(first) else { return }
      let here = (try? WaitingQuestions.all(of: nil, context)) ?? []
      if here.contains(where: { $0.stepID == first || $0.input.inputID == first }) {
        (run, step, value) = (nil, first, step)
      } else if step == nil, here.count == 1, !AnswerCommand.mayBeRun(first) {
        (run, value) = (nil, first)
      }
    }
  }

  /// Whether a text may be the end of a run's id.
  private static func mayBeRun(_ text: String) -> Bool {
    text.utf8.count >= 4
      && text.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte) || byte == 0x2D
      }
  }

  /// JSON; empty for the default.
  private static func value(
    for question: Question, _ value: String?, _ context: Context, _ arguments: ParsedArguments
  ) throws(CLIError) -> [UInt8] {
    if arguments[takesDefault] { return [] }
    var text = value ?? ""
    if question.isSecret, !text.isEmpty {
      context.note("a secret on a command line is seen by others; --stdin reads it")
    }
    if arguments[fromInput] {
      text = String(decoding: try FileText.read(descriptor: 0, name: "standard input"), as: UTF8.self)
      if text.hasSuffix("\n") { text.removeLast() }
    }
    do throws(AnswerValue.Mistake) {
      guard context.wantsJSON else { return Array(try AnswerValue.parse(text, for: question.input).text.utf8) }
      guard let value = try? JSONValue(parsing: Array(text.utf8)) else {
        throw AnswerValue.Mistake(message: "with --json the value has to be JSON")
      }
      try AnswerValue.check(value, for: question.input)
      return Array(value.text.utf8)
    } catch {
      throw CLIError(.usage, "\(question.name): \(error.message)")
    }
  }

  private static func json(_ question: Question) throws(CLIError) -> JSONValue {
    do throws(JSONMappingError) {
      return .object([
        .init("runId", .string(question.runID)), .init("stepId", .string(question.stepID)),
        .init("input", try JSONCodec.contract.decode(question.input)),
      ])
    } catch {
      throw CLIError(.unreachable, "a question has no JSON form: \(error)")
    }
  }

  private static func list(_ questions: [Question], _ context: Context) throws(CLIError) {
    if context.wantsJSON {
      for question in questions { context.output.line(try json(question).text) }
      return
    }
    var table = Table(["RUN", "STEP", "QUESTION", "ANSWER"])
    for question in questions {
      table.add([
        .init(ShortID.of(question.runID)) { $0.bold($1) }, .init(question.stepID), .init(question.input.prompt),
        .init(question.terms(now: context.now)),
      ])
    }
    for line in table.lines(style: context.style, width: context.tableWidth) { context.output.line(line) }
    context.note("name one: flowctl answer RUN STEP VALUE")
  }
}
