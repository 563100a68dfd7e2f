internal import FlowdHTTP
internal import FlowdModel
internal import FlowdSteps

/// One attempt against an OpenAI-compatible server, from its start to its `finished`: what happens goes in, what is to be
/// done comes out. Pure: no I/O, no clock.
struct ChatAttempt {
  enum Effect {
    /// Events of calls before the last do not count.
    case send(HTTPCall)
    case cancelCall
    case acknowledge(bytes: Int)
    case report(StepReport.Kind)
    /// `judged` follows.
    case judge([UInt8])
  }

  /// Things that a request is made of and that may not be reported.
  struct Access {
    var key: String?
    var headers: [HTTPCall.Header] = []
    /// Must allow the server's address.
    var policy = NetworkPolicy()
    var redactor: Redactor
  }

  private enum State: Equatable {
    case new
    /// A response is awaited or read.
    case reading
    /// The answer is whole and is looked at.
    case judging
    case finished
  }

  private let request: AgentRequest
  private let access: Access
  private let keyName: String?
  private let clock: @Sendable () -> Timestamp
  private var state = State.new
  private var chat: ChatRequest
  private var turn: ChatTurn
  private var isRepaired = false

  private var answer: AnswerStream
  private var thoughts: ThoughtStream
  private var use: AgentUse
  private var tokens = TokenCount()
  /// Bytes of the response that were taken and not acknowledged: the engine has to take over some output first.
  private var owedBytes = 0
  private var timeoutAt = MonotonicInstant.never
  /// When the end of a response is no longer waited for.
  private var endDueAt = MonotonicInstant.never

  /// - Parameter clock: What instants in errors are counted from.
  init(
    _ request: AgentRequest, _ provider: OpenAIProvider, _ access: Access, clock: @escaping @Sendable () -> Timestamp
  ) {
    self.request = request
    self.access = access
    self.clock = clock
    keyName = provider.key?.name
    chat = ChatRequest(request, provider)
    turn = ChatTurn(clock: clock)
    answer = AnswerStream(redactor: access.redactor, bytesMax: request.outputBytesMax)
    thoughts = ThoughtStream(redactor: access.redactor)
    use = AgentUse(
      provider: request.provider.id, model: request.model,
      system: access.redactor.redact(ChatRequest.system(of: request)), prompt: access.redactor.redact(request.prompt))
  }

  var isFinished: Bool { state == .finished }

  /// When `handleDueTimes` has to be called.
  var dueAt: MonotonicInstant {
    state == .finished ? .never : min(answer.dueAt, thoughts.dueAt, timeoutAt, endDueAt)
  }

  // MARK: orders

  mutating func start(now: MonotonicInstant) -> [Effect] {
    guard state == .new else { return [] }
    timeoutAt = request.timeout.map { now + $0 } ?? .never
    return [send()]
  }

  /// Ends an attempt that cannot be started.
  mutating func refuse(_ error: AgentError, now: MonotonicInstant) -> [Effect] { finish(.failed(error), now: now) }

  mutating func terminate(now: MonotonicInstant) -> [Effect] { finish(.cancelled, now: now) }

  mutating func acknowledge(bytes: Int) -> [Effect] {
    answer.acknowledge(bytes)
    return payOwed()
  }

  mutating func handleDueTimes(now: MonotonicInstant) -> [Effect] {
    guard state != .finished else { return [] }
    if timeoutAt <= now { return finish(.timedOut, now: now) }
    if endDueAt <= now { return [.cancelCall] + responseEnded(.completed, now: now) }
    return handOn(now: now)
  }

  // MARK: the response

  /// Takes what happened to the last call that was sent.
  mutating func take(_ event: HTTPCallEvent, now: MonotonicInstant) -> [Effect] {
    guard state == .reading else { return [] }
    switch event {
    case .head(let head):
      do throws(AgentError) {
        try turn.begin(head)
        return []
      } catch {
        return finish(.failed(error), now: now)
      }
    case .body(let bytes): return take(bytes, now: now)
    case .end(let end): return responseEnded(end.result, now: now)
    }
  }

  private mutating func take(_ bytes: [UInt8], now: MonotonicInstant) -> [Effect] {
    var pieces: [ChatStream.Piece] = []
    do throws(AgentError) {
      try turn.push(bytes, to: &pieces)
    } catch {
      return add(pieces, now: now) + finish(.failed(error), now: now)
    }
    owedBytes += bytes.count
    let effects = add(pieces, now: now)
    if answer.isTooLarge { return effects + finish(.failed(tooLarge), now: now) }
    if turn.isDone, endDueAt == .never { endDueAt = now + Limits.streamEndGrace }
    return effects + handOn(now: now) + payOwed()
  }

  private mutating func responseEnded(_ result: HTTPEnd.Result, now: MonotonicInstant) -> [Effect] {
    endDueAt = .never
    var pieces: [ChatStream.Piece] = []
    do throws(AgentError) {
      try turn.finish(result, hasText: !answer.answer.isEmpty, to: &pieces)
    } catch {
      let effects = add(pieces, now: now)
      if let again = withoutUsage(error) { return effects + again }
      return effects + finish(.failed(error), now: now)
    }
    var effects = add(pieces, now: now)
    if answer.isTooLarge { return effects + finish(.failed(tooLarge), now: now) }
    note(turn)
    answer.finish(now: now)
    effects += handOn(now: now)
    guard answer.answer.contains(where: { $0 > UInt8(ascii: " ") }) else {
      return effects + finish(.failed(AgentError(.failed, "the model ended well and answered nothing")), now: now)
    }
    state = .judging
    return effects + [.judge(answer.answer)]
  }

  /// Asks again in another way a server that does not know one thing that is asked for.
  private mutating func withoutUsage(_ error: AgentError) -> [Effect]? {
    guard chat.asksForUsage, error.failure == .rejected, error.message.contains("stream_options") else { return nil }
    chat.asksForUsage = false
    return [send()]
  }

  private var tooLarge: AgentError {
    AgentError(.tooLarge, "the answer is longer than \(request.outputBytesMax) bytes (max-output)")
  }

  // MARK: the verdict

  /// Takes what was found of a whole answer.
  mutating func judged(_ verdict: AnswerVerdict, now: MonotonicInstant) -> [Effect] {
    guard state == .judging else { return [] }
    switch verdict {
    case .accepted(let value): return finish(.answered(value), now: now)
    case .failed(let error): return finish(.failed(error), now: now)
    case .repair(let prompt, let reason):
      isRepaired = true
      let text = String(decoding: answer.answer, as: UTF8.self)
      chat.messages.append(.init(role: .assistant, content: text))
      chat.messages.append(.init(role: .user, content: prompt))
      answer.push(Array("\n\n".utf8), now: now)
      answer.restart(now: now)
      let notice = AgentActivity(.notice, Self.cut(access.redactor.redact(reason), Limits.outputChunkBytesMax))
      return handOn(now: now) + [.report(.activity(notice)), send()]
    }
  }

  /// Whether an answer that does not fit fails the attempt.
  var isLastAnswer: Bool { isRepaired }

  private mutating func send() -> Effect {
    state = .reading
    owedBytes = 0
    turn = ChatTurn(clock: clock)
    return .send(chat.call(headers: access.headers, key: access.key, policy: access.policy))
  }

  // MARK: what comes of the answer

  private mutating func add(_ pieces: [ChatStream.Piece], now: MonotonicInstant) -> [Effect] {
    var effects: [Effect] = []
    for piece in pieces {
      switch piece {
      case .thought(let text): thoughts.push(Array(text.utf8), now: now)
      case .text(let text):
        if thoughts.dueAt != .never { effects += takeThoughts(atEnd: true) }
        answer.push(Array(text.utf8), now: now)
      }
    }
    return effects
  }

  private mutating func handOn(now: MonotonicInstant) -> [Effect] {
    var effects: [Effect] = []
    if thoughts.dueAt <= now { effects += takeThoughts(atEnd: false) }
    if answer.dueAt <= now { effects += answer.takeChunks(now: now).map { .report(.output($0)) } }
    return effects
  }

  private mutating func takeThoughts(atEnd: Bool) -> [Effect] {
    thoughts.take(atEnd: atEnd).map { .report(.activity($0)) }
  }

  /// Lets the server go on when the engine keeps up.
  private mutating func payOwed() -> [Effect] {
    guard state == .reading, owedBytes > 0, !answer.isFull else { return [] }
    defer { owedBytes = 0 }
    return [.acknowledge(bytes: owedBytes)]
  }

  /// Keeps what a response told beside its answer.
  private mutating func note(_ turn: ChatTurn) {
    if !turn.model.isEmpty { use.reportedModel = Self.cut(access.redactor.redact(turn.model), Limits.idBytesMax) }
    if !turn.finishReason.isEmpty {
      use.finishReason = Self.cut(access.redactor.redact(turn.finishReason), Limits.idBytesMax)
    }
    if let usage = turn.usage { tokens.add(usage) }
    use.inputTokens = tokens.input
    use.outputTokens = tokens.output
  }

  // MARK: the end

  private enum Ending {
    case answered(JSONValue)
    case failed(AgentError)
    case timedOut
    case cancelled
  }

  private mutating func finish(_ ending: Ending, now: MonotonicInstant) -> [Effect] {
    guard state != .finished else { return [] }
    let isUnderWay = state == .reading
    if isUnderWay { note(turn) }
    state = .finished
    answer.finish(now: now)
    var effects: [Effect] = isUnderWay ? [.cancelCall] : []
    effects += takeThoughts(atEnd: true)
    effects += answer.takeChunks(now: now).map { .report(.output($0)) }
    if !tokens.isEmpty { effects.append(.report(.activity(AgentActivity(.usage, tokens.text)))) }
    effects.append(.report(.finished(result(of: ending))))
    return effects
  }

  private mutating func result(of ending: Ending) -> StepResult {
    var details = StepDetails()
    let outcome: StepResult.Outcome
    use.isPartial = !answer.answer.isEmpty
    switch ending {
    case .answered(let value):
      use.isPartial = false
      details.result = value
      outcome = .answered
    case .failed(let error):
      let error = afterBeginning(error)
      if error.failure == .invalidOutput { use.isPartial = false }
      let message = Self.cut(access.redactor.redact(text(of: error)), Limits.stepErrorBytesMax)
      outcome = .agentFailed(error.failure, message, retryAfter: error.retryAfter)
    case .timedOut: outcome = .timedOut
    case .cancelled: outcome = .cancelled
    }
    details.agent = use
    return StepResult(outcome: outcome, stdout: answer.answer, details: details)
  }

  /// Who has to correct a key needs its name.
  private func text(of error: AgentError) -> String {
    guard error.failure == .unauthorized, let keyName, !error.message.contains(keyName) else { return error.message }
    return "\(error.message); provider \(quoted(request.provider.id)) has its key from secret \(keyName)"
  }

  /// Once the answer has begun, nothing that would have it asked for again in silence.
  private func afterBeginning(_ error: AgentError) -> AgentError {
    guard answer.hasBegun else { return error }
    switch error.failure {
    case .rateLimited, .unavailable, .timeout, .failed:
      return AgentError(.truncated, "the answer broke off: \(error.message)")
    case .unauthorized, .quotaExhausted, .contextLength, .rejected, .truncated, .refused, .invalidOutput, .tooLarge,
      .notInstalled, .unconfined, .wrongModel:
      return error
    }
  }

  private static func cut(_ text: String, _ bytesMax: Int) -> String {
    guard text.utf8.count > bytesMax else { return text }
    let bytes = Array(text.utf8)
    let end = UTF8Boundary.atOrBefore(bytesMax - 3, in: bytes[...])
    return String(decoding: bytes[..<end], as: UTF8.self) + "…"
  }
}
