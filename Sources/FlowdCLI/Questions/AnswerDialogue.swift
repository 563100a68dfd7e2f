internal import FlowdClient
internal import FlowdModel
internal import FlowdWire
internal import Glibc

/// Asks for the answer to one question on the terminal and gives it.
struct AnswerDialogue {
  private enum Input: Sendable {
    case keys([UInt8])
    case signal(SignalThread.Kind)
    case answered(ClientError?)
  }

  private let context: Context
  private let question: Question
  private var interview: Interview
  private var painter = ScreenPainter()
  private let inputs = Mailbox<Input>(capacity: 64)
  private let keys: KeyReader

  init(_ context: Context, _ question: Question) {
    self.context = context
    self.question = question
    interview = Interview(asking: question)
    let inputs = inputs
    keys = KeyReader { inputs.post(.keys($0)) }
  }

  func run() throws(CLIError) -> ExitCode {
    var dialogue = self
    return try dialogue.loop()
  }

  private mutating func loop() throws(CLIError) -> ExitCode {
    let inputs = inputs
    SignalThread.start { inputs.post(.signal($0)) }
    defer {
      keys.turnOff()
      context.output.flush()
    }
    while true {
      keys.turnOn()
      draw()
      guard let input = inputs.take(within: 1000) else { continue }
      switch input {
      case .keys(let typed):
        for effect in interview.type(typed) { try perform(effect) }
        // Ctrl-D leaves the question alone.
        if interview.isDone { return .waiting }
      case .answered(nil):
        paint(permanent: ["answered \(question.name) of run \(ShortID.of(question.runID))"], live: [])
        return .ok
      case .answered(let error?):
        guard case .refused(let refusal) = error, refusal.code == .invalidArgument else {
          throw context.explained(error)
        }
        _ = interview.answered(question.key, error)
      case .signal(.interrupt), .signal(.terminate): return .interrupted
      case .signal(.suspend):
        keys.turnOff()
        painter.forget()
        kill(getpid(), SIGSTOP)
      case .signal(.resize): break
      }
    }
  }

  private mutating func perform(_ effect: Interview.Effect) throws(CLIError) {
    switch effect {
    case .resume: break
    case .remark(let text): paint(permanent: [TerminalText.sanitised(text)], live: [])
    case .send(let request, _):
      let inputs = inputs
      try context.send(API.FlowAnswer.self, request).whenDone { result in
        if case .failure(let error) = result {
          inputs.post(.answered(error))
        } else {
          inputs.post(.answered(nil))
        }
      }
    }
  }

  private mutating func draw() {
    let width = Terminal.size.columns
    paint(
      permanent: [],
      live: interview.lines(
        width: width, style: context.style, now: context.now, isUnicode: context.terminal.isUnicode))
  }

  private mutating func paint(permanent: [String], live: [String]) {
    context.output.write(painter.frame(permanent: permanent, live: live, width: Terminal.size.columns))
    context.output.flush()
  }
}
