internal import FlowdModel
internal import FlowdSteps

/// One attempt of an agent that is a command, from its start to its `finished`.
///
/// Used on the executor's thread only. What the agent says is for its conversation to understand; this type carries out
/// what comes of it, watches the time, and decides how the attempt ends.
final class CommandAgent {
  /// How the attempt ends; what the command says after it does not count.
  enum Decision: Equatable {
    case answered(JSONValue)
    case failed(AgentError)
    case timedOut
    case cancelled
  }

  let request: AgentRequest
  let command: AgentCommand
  let commander: any AgentCommander
  let surroundings: CommandPlan.Surroundings
  let report: (StepReport.Kind) -> Void

  var conversation: any AgentConversation
  var redactor: Redactor
  var answer: AnswerStream
  var thoughts: ThoughtStream
  var activities: ActivityBound
  var errors: ErrorOutput
  var use: AgentUse
  var tokens = TokenCount()
  var plan: CommandPlan?
  var decision: Decision?
  private(set) var isFinished = false
  /// An answer that did not fit was asked for once more.
  var isRepairing = false
  /// The command is to be started again with this prompt when it has ended.
  var nextPrompt: String?
  /// Options of the open question, as the person sees them, and as the agent gave them.
  var openQuestion: (id: String, shown: [String], options: [String])?

  /// Bytes of the command that were taken and not acknowledged to its executor: the engine has to take over some first.
  var owedBytes = 0
  var silenceAt = MonotonicInstant.never
  var timeoutAt = MonotonicInstant.never
  /// What is left of the timeout while a person is asked.
  var timeoutLeft: Duration?
  var graceAt = MonotonicInstant.never

  init(
    _ request: AgentRequest, _ command: AgentCommand, commander: any AgentCommander,
    surroundings: CommandPlan.Surroundings, report: @escaping (StepReport.Kind) -> Void
  ) {
    self.request = request
    self.command = command
    self.commander = commander
    self.surroundings = surroundings
    self.report = report
    conversation = Self.conversation(for: request, command)
    redactor = Redactor(request.redacted)
    answer = AnswerStream(redactor: redactor, bytesMax: request.outputBytesMax)
    thoughts = ThoughtStream(redactor: redactor)
    activities = ActivityBound(redactor: redactor)
    errors = ErrorOutput(redactor: redactor)
    use = AgentUse(
      provider: request.provider.id, model: request.model,
      confinement: request.isReadOnly ? "read-only" : "writes in its working directory only")
  }

  private static func conversation(for request: AgentRequest, _ command: AgentCommand) -> any AgentConversation {
    switch command.output {
    case .text: TextConversation()
    case .streamJSON: LineConversation(command.mapping ?? StreamMapping(rules: []))
    case .acp:
      ACPConversation(
        ACPSession(
          prompt: CommandPlan.wholePrompt(of: request),
          options: ACPSession.Options(
            model: request.model, isModelInCommand: Placeholders.hasModel(command.command),
            workingDirectory: request.workingDirectory, isReadOnly: request.isReadOnly,
            readOnlyMode: command.readOnlyMode, mayAsk: request.mayAsk,
            answers: request.permissions)))
    }
  }

  /// When `handleDueTimes` has to be called.
  var dueAt: MonotonicInstant {
    isFinished
      ? .never
      : [answer.dueAt, thoughts.dueAt, errors.queue.dueAt, silenceAt, timeoutAt, graceAt].min() ?? .never
  }

  // MARK: orders

  func start(now: MonotonicInstant) {
    timeoutAt = request.timeout.map { now + $0 } ?? .never
    do throws(AgentError) {
      let plan = try CommandPlan(request, command, surroundings)
      self.plan = plan
      conceal(plan.secretValues)
      commander.start(plan.request)
    } catch {
      conceal(request.secrets.compactMap(\.value))
      finish(.failed(error), now: now)
      return
    }
    perform(conversation.start(), now: now)
    restartSilence(now: now)
  }

  /// By force: what is pending is answered, the agent is told if it can be, then its command is ended.
  func terminate(now: MonotonicInstant) {
    guard !isFinished, decision == nil else { return }
    nextPrompt = nil
    perform(conversation.cancel(), now: now)
    if decision == nil { graceAt = now + Limits.agentCancelGrace }
  }

  func answer(question: String, _ option: String, now: MonotonicInstant) {
    guard !isFinished, decision == nil, let open = openQuestion, open.id == question else { return }
    openQuestion = nil
    let index = open.shown.firstIndex(of: option)
    let effects = conversation.answer(question: question, index.map { open.options[$0] } ?? option)
    if let left = timeoutLeft, !conversation.isAsking {
      timeoutLeft = nil
      timeoutAt = now + left
    }
    perform(effects, now: now)
    restartSilence(now: now)
  }

  func acknowledge(bytes: Int, now: MonotonicInstant) {
    guard !isFinished else { return }
    answer.acknowledge(errors.acknowledge(bytes))
    payOwed(now: now)
  }

  // MARK: the command

  /// What the executor of commands says of it.
  func take(_ kind: StepReport.Kind, now: MonotonicInstant) {
    guard !isFinished else { return }
    switch kind {
    case .launched: report(kind)
    case .output(let chunk): take(chunk, now: now)
    case .finished(let result): commandEnded(result, now: now)
    case .activity, .asked: break
    }
  }

  private func take(_ chunk: OutputChunk, now: MonotonicInstant) {
    owedBytes += chunk.text.count
    if decision == nil || chunk.stream == .standardError {
      switch chunk.stream {
      case .standardError: errors.push(chunk.text, now: now)
      case .standardOutput: perform(conversation.receive(chunk.text, now: .now), now: now)
      }
    }
    if chunk.truncated, chunk.stream == .standardOutput {
      decide(.failed(AgentError(.tooLarge, "the agent wrote more than flowd reads of one")), now: now)
    }
    payOwed(now: now)
    restartSilence(now: now)
    handOn(now: now)
  }

  /// Lets the command write on, when the engine keeps up.
  private func payOwed(now: MonotonicInstant) {
    let isFull = answer.isFull || errors.queue.unacknowledgedBytes >= Limits.unacknowledgedOutputBytesMax
    guard owedBytes > 0, !isFull else { return }
    commander.acknowledge(request.attempt, bytes: owedBytes)
    owedBytes = 0
  }

  private func commandEnded(_ result: StepResult, now: MonotonicInstant) {
    errors.finish(now: now)
    if decision == nil {
      let ending = CommandEnding(
        outcome: result.outcome, program: plan?.request.arguments.first ?? "", said: errors.said)
      perform(conversation.commandEnded(ending, now: .now), now: now)
    }
    if let prompt = nextPrompt, decision == nil {
      startAgain(prompt, now: now)
      return
    }
    let ending = decision ?? .failed(AgentError(.failed, "the agent ended before it had answered"))
    finish(explained(ending, result.outcome), now: now)
  }

  /// A program that is not there is told from other failures to start.
  private func explained(_ decision: Decision, _ outcome: StepResult.Outcome) -> Decision {
    guard case .failed = decision, case .notStarted(let reason) = outcome, let request = plan?.request,
      let program = request.arguments.first,
      ProgramLookup(environment: request.environment, directory: request.workingDirectory).path(of: program) == nil
    else { return decision }
    return .failed(AgentError(.notInstalled, reason))
  }

  private func startAgain(_ prompt: String, now: MonotonicInstant) {
    nextPrompt = nil
    conversation = Self.conversation(for: request, command)
    do throws(AgentError) {
      let plan = try CommandPlan(request, command, prompt: prompt, surroundings)
      self.plan = plan
      commander.start(plan.request)
      restartSilence(now: now)
    } catch {
      finish(.failed(error), now: now)
    }
  }

  // MARK: the end

  /// Settles how the attempt ends; it has ended when the command has.
  func decide(_ decision: Decision, now: MonotonicInstant) {
    guard self.decision == nil else { return }
    self.decision = decision
    silenceAt = .never
    timeoutAt = .never
    openQuestion = nil
    if case .answered = decision, command.output == .acp {
      // An agent that has done its work may end by itself.
      commander.closeInput(request.attempt)
      graceAt = now + Limits.agentExitGrace
    } else {
      graceAt = .never
      commander.terminate(request.attempt)
    }
  }

  /// Begins with what may be reported, which is known when the secrets are.
  private func conceal(_ values: [String]) {
    redactor = Redactor(request.redacted + surroundings.secrets.values(of: request.alsoRedacted) + values)
    use.system = redactor.redact(ChatRequest.system(of: request))
    use.prompt = redactor.redact(request.prompt)
    answer = AnswerStream(redactor: redactor, bytesMax: request.outputBytesMax)
    thoughts = ThoughtStream(redactor: redactor)
    activities = ActivityBound(redactor: redactor)
    errors = ErrorOutput(redactor: redactor)
  }

  private func finish(_ decision: Decision, now: MonotonicInstant) {
    answer.finish(now: now)
    showThoughts(atEnd: true)
    for chunk in answer.takeChunks(now: now) + errors.takeChunks(now: now) { report(.output(chunk)) }
    isFinished = true
    plan = nil
    report(.finished(result(of: decision)))
  }
}
