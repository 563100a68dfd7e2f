internal import FlowdHTTP
internal import FlowdModel
internal import FlowdSteps
internal import Glibc

/// The executor's thread: agents that are commands live on it, the drivers of others are started and ended by it.
final class AgentLoop {
  /// Made before the thread, so that failures can be thrown.
  struct Setup: Sendable {
    let mailbox: OrderQueue<AgentOrder>
    let commands: any AgentCommander
    let client: HTTPClient
    let surroundings: CommandPlan.Surroundings
    let makeDriver: @Sendable (AgentRequest, OpenAIProvider, @escaping AgentReporter) -> any AgentDriver
    let deliver: @Sendable ([StepReport]) -> Void
    let agentsMax: Int
  }

  private enum Hand {
    case command(CommandAgent)
    case driver(any AgentDriver)
  }

  private let setup: Setup
  private let checker: ProviderChecker
  private var hands: [AttemptID: Hand] = [:]
  private var waiting = WaitingAgents()
  private var reports: [StepReport] = []

  init(_ setup: Setup) {
    self.setup = setup
    checker = ProviderChecker(commands: setup.commands, client: setup.client, surroundings: setup.surroundings)
  }

  /// Works until it is told to shut down.
  func run() {
    while true {
      for order in setup.mailbox.take() {
        if case .shutDown = order {
          shutDown()
          return
        }
        carryOut(order, now: .now)
      }
      let now = MonotonicInstant.now
      handleDueTimes(now: now)
      startWaiting(now: now)
      if !reports.isEmpty {
        let batch = reports
        reports = []
        setup.deliver(batch)
      }
      wait()
    }
  }

  private func carryOut(_ order: AgentOrder, now: MonotonicInstant) {
    switch order {
    case .start(let request): admit(request)
    case .terminate(let attempt): terminate(attempt, now: now)
    case .answer(let attempt, let question, let option):
      switch hands[attempt] {
      case .command(let agent)?: agent.answer(question: question, option, now: now)
      case .driver(let driver)?: driver.answer(question: question, option)
      case nil: break
      }
    case .acknowledge(let attempt, let bytes):
      switch hands[attempt] {
      case .command(let agent)?: agent.acknowledge(bytes: bytes, now: now)
      case .driver(let driver)?: driver.acknowledge(bytes: bytes)
      case nil: break
      }
    case .reports(let batch):
      for report in batch { take(report, now: now) }
    case .ended(let attempt): hands[attempt] = nil
    case .check(let provider, let rules, let then): checker.check(provider, rules, then: then)
    case .shutDown: break
    }
  }

  private func take(_ report: StepReport, now: MonotonicInstant) {
    if case .command(let agent)? = hands[report.attempt] {
      agent.take(report.kind, now: now)
      if agent.isFinished { hands[report.attempt] = nil }
    } else {
      checker.take(report)
    }
  }

  // MARK: start and end

  private func admit(_ request: AgentRequest) {
    precondition(hands[request.attempt] == nil, "an attempt is started once")
    guard waiting.count < Limits.waitingAgentsMax else {
      refuse(request, AgentError(.unavailable, "\(Limits.waitingAgentsMax) agents wait already"))
      return
    }
    waiting.append(request)
  }

  private func startWaiting(now: MonotonicInstant) {
    while hands.count < setup.agentsMax, let request = waiting.popFirst() { start(request, now: now) }
  }

  private func start(_ request: AgentRequest, now: MonotonicInstant) {
    let attempt = request.attempt
    switch request.provider.kind {
    case .unspecified:
      refuse(
        request,
        AgentError(
          .rejected,
          "provider \(quoted(request.provider.id)) has no kind: the configuration does not say how it is reached"))
    case .openAI(let provider):
      let mailbox = setup.mailbox
      let deliver = setup.deliver
      let driver = setup.makeDriver(request, provider) { kind in
        deliver([StepReport(attempt: attempt, kind: kind)])
        if case .finished = kind { mailbox.post(.ended(attempt)) }
      }
      hands[attempt] = .driver(driver)
      driver.start()
    case .agent(let command):
      let agent = CommandAgent(request, command, commander: setup.commands, surroundings: setup.surroundings) {
        [unowned self] kind in reports.append(StepReport(attempt: attempt, kind: kind))
      }
      hands[attempt] = .command(agent)
      agent.start(now: now)
      if agent.isFinished { hands[attempt] = nil }
    }
  }

  private func refuse(_ request: AgentRequest, _ error: AgentError) {
    let outcome = StepResult.Outcome.agentFailed(error.failure, error.message, retryAfter: error.retryAfter)
    reports.append(StepReport(attempt: request.attempt, kind: .finished(StepResult(outcome: outcome))))
  }

  private func terminate(_ attempt: AttemptID, now: MonotonicInstant) {
    switch hands[attempt] {
    case .command(let agent)?: agent.terminate(now: now)
    case .driver(let driver)?: driver.terminate()
    case nil:
      if waiting.remove(attempt) {
        reports.append(StepReport(attempt: attempt, kind: .finished(StepResult(outcome: .cancelled))))
      }
    }
  }

  private func shutDown() {
    for hand in hands.values {
      if case .driver(let driver) = hand { driver.terminate() }
    }
    hands = [:]
  }

  // MARK: time

  private func handleDueTimes(now: MonotonicInstant) {
    for (attempt, hand) in hands {
      guard case .command(let agent) = hand, agent.dueAt <= now else { continue }
      agent.handleDueTimes(now: now)
      if agent.isFinished { hands[attempt] = nil }
    }
  }

  private func wait() {
    var due = MonotonicInstant.never
    for hand in hands.values {
      if case .command(let agent) = hand { due = min(due, agent.dueAt) }
    }
    if !waiting.isEmpty, hands.count < setup.agentsMax { return }
    var waited = pollfd(fd: setup.mailbox.raw, events: Int16(POLLIN), revents: 0)
    _ = poll(&waited, 1, due.timeout(from: .now))
  }
}
