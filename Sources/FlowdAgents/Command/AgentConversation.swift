internal import FlowdModel

/// How an agent's command is understood: its output goes in, what it means comes out.
protocol AgentConversation: Sendable {
  /// A person is asked, and the agent may be silent.
  var isAsking: Bool { get }
  /// How long the agent may be silent now; `nil`: as long as its provider says.
  var patience: Duration? { get }

  mutating func start() -> [AgentEffect]
  /// Takes a piece of standard output.
  mutating func receive(_ bytes: [UInt8], now: Timestamp) -> [AgentEffect]
  /// The command has ended, and all its output was taken.
  mutating func commandEnded(_ end: CommandEnding, now: Timestamp) -> [AgentEffect]
  mutating func answer(question: String, _ option: String) -> [AgentEffect]
  /// - Returns: `turnEnded`, unless it follows with what the agent says next.
  mutating func cancel() -> [AgentEffect]
  /// Asks once more in the same session; `nil`: a new command has to be started.
  mutating func prompt(_ text: String) -> [AgentEffect]?
}

/// How a command ended.
struct CommandEnding: Equatable, Sendable {
  var outcome: StepResult.Outcome
  /// As it is in the command.
  var program: String
  /// What it wrote to standard error last.
  var said: String
}

/// An agent whose standard output is its answer.
struct TextConversation: AgentConversation {
  private var tail: [UInt8] = []

  var isAsking: Bool { false }
  var patience: Duration? { nil }

  mutating func start() -> [AgentEffect] { [] }

  mutating func receive(_ bytes: [UInt8], now: Timestamp) -> [AgentEffect] {
    tail = (tail + bytes).suffix(FailureText.bytesMax)
    return [.text(String(decoding: bytes, as: UTF8.self))]
  }

  mutating func commandEnded(_ end: CommandEnding, now: Timestamp) -> [AgentEffect] {
    if end.outcome == .exited(0) { return [.turnEnded(.answered(stopReason: ""))] }
    // Some programs write to standard output what went wrong.
    let said = end.said.isEmpty ? String(decoding: tail, as: UTF8.self) : end.said
    let error = ExitExplanation.error(end.outcome, program: end.program, said: said, now: now)
    return [.turnEnded(.failed(error, stopReason: ""))]
  }

  mutating func answer(question: String, _ option: String) -> [AgentEffect] { [] }
  mutating func cancel() -> [AgentEffect] { [.turnEnded(.cancelled)] }
  mutating func prompt(_ text: String) -> [AgentEffect]? { nil }
}

/// An agent that writes a JSON object a line.
struct LineConversation: AgentConversation {
  private let reader: StreamMappingReader
  private var lines = LineSplitter()
  private var errors: [String] = []
  /// The last lines that were no JSON.
  private var strays: [String] = []
  private var isOver = false

  var isAsking: Bool { false }
  var patience: Duration? { nil }

  init(_ mapping: StreamMapping) { reader = StreamMappingReader(mapping) }

  mutating func start() -> [AgentEffect] { [] }

  mutating func receive(_ bytes: [UInt8], now: Timestamp) -> [AgentEffect] {
    guard !isOver else { return [] }
    var effects = lines.push(bytes).flatMap { read($0) }
    if lines.isTooLong {
      isOver = true
      effects.append(.turnEnded(.failed(.lineTooLong, stopReason: "")))
    }
    return effects
  }

  mutating func commandEnded(_ end: CommandEnding, now: Timestamp) -> [AgentEffect] {
    guard !isOver else { return [] }
    isOver = true
    let effects = lines.finish().map { read($0) } ?? []
    if errors.isEmpty, end.outcome == .exited(0) { return effects + [.turnEnded(.answered(stopReason: ""))] }
    return effects + [.turnEnded(.failed(error(end, now), stopReason: ""))]
  }

  mutating func answer(question: String, _ option: String) -> [AgentEffect] { [] }
  mutating func cancel() -> [AgentEffect] { [.turnEnded(.cancelled)] }
  mutating func prompt(_ text: String) -> [AgentEffect]? { nil }

  private func error(_ end: CommandEnding, _ now: Timestamp) -> AgentError {
    guard errors.isEmpty else {
      let text = errors.joined(separator: "\n")
      let known = FailureText.classify(text, now: now)
      if known == nil, end.outcome != .exited(0) {
        var error = ExitExplanation.error(end.outcome, program: end.program, said: text, now: now)
        if error.failure == .failed, let said = FailureText.classify(end.said, now: now) {
          error = AgentError(said.failure, error.message, retryAfter: said.retryAfter)
        }
        return error
      }
      return AgentError(known?.failure ?? .failed, "the agent reports: \(text)", retryAfter: known?.retryAfter)
    }
    let said = end.said.isEmpty ? strays.joined(separator: "\n") : end.said
    return ExitExplanation.error(end.outcome, program: end.program, said: said, now: now)
  }

  private mutating func read(_ line: [UInt8]) -> [AgentEffect] {
    reader.read(line).compactMap { event in
      switch event {
      case .delta(let text): return .text(text)
      case .answer(let text): return .answer(text)
      case .thought(let text): return .thought(text)
      case .tool(let text): return .activity(AgentActivity(.toolCall, text))
      case .model(let name): return .model(name)
      case .usage(let count): return .usage(count)
      case .notice(let text):
        strays = strays.suffix(9) + [String(text.prefix(500))]
        return .activity(AgentActivity(.notice, text))
      case .error(let text):
        if errors.count < 10 { errors.append(String(text.prefix(2_000))) }
        return nil
      }
    }
  }
}

/// An agent that speaks the Agent Client Protocol.
struct ACPConversation: AgentConversation {
  private var session: ACPSession
  private var lines = LineSplitter()

  init(_ session: ACPSession) { self.session = session }

  var isAsking: Bool { session.isAsking }
  var patience: Duration? { session.isShakingHands ? Limits.agentHandshakeMax : nil }

  mutating func start() -> [AgentEffect] { session.start() }

  mutating func receive(_ bytes: [UInt8], now: Timestamp) -> [AgentEffect] {
    var effects: [AgentEffect] = []
    for line in lines.push(bytes) { effects += session.receive(line, now: now) }
    if lines.isTooLong { effects += session.fail(.lineTooLong) }
    return effects
  }

  mutating func commandEnded(_ end: CommandEnding, now: Timestamp) -> [AgentEffect] {
    var effects = lines.finish().map { session.receive($0, now: now) } ?? []
    guard !session.isOver else { return effects }
    if session.isCancelling {
      effects += session.end()
    } else if end.outcome == .exited(0) {
      effects += session.fail(
        AgentError(.failed, "the agent ended before it had answered\(ExitExplanation.quote(end.said))"))
    } else {
      effects += session.fail(ExitExplanation.error(end.outcome, program: end.program, said: end.said, now: now))
    }
    return effects
  }

  mutating func answer(question: String, _ option: String) -> [AgentEffect] {
    session.answer(question: question, option)
  }

  mutating func cancel() -> [AgentEffect] { session.cancel() }
  mutating func prompt(_ text: String) -> [AgentEffect]? { session.prompt(text) }
}

extension AgentError {
  static let lineTooLong = AgentError(
    .tooLarge, "the agent wrote a line of more than \(Limits.agentLineBytesMax) bytes")
}
