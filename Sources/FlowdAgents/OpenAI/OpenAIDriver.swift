package import FlowdHTTP
package import FlowdModel
internal import FlowdSteps

/// One attempt of an agent that is an OpenAI-compatible server.
///
/// What happens is decided by `ChatAttempt`; this type carries it out. `report` is called with a lock held, on the threads
/// of the HTTP client and the alarm clock and on those that call the driver, one at a time.
package final class OpenAIDriver: AgentDriver {
  /// What comes from several threads at once.
  private struct State {
    var attempt: ChatAttempt
    var call: HTTPCallID?
    var alarm: (alarm: AlarmClock.Alarm, dueAt: MonotonicInstant)?
  }

  private let request: AgentRequest
  private let client: HTTPClient
  private let clock: AlarmClock
  private let report: AgentReporter
  /// Why the attempt cannot be started.
  private let refusal: AgentError?
  private let state: Locked<State>

  /// Reads secrets, so not for the daemon's loop.
  ///
  /// - Parameters:
  ///   - secrets: Where the key and what headers refer to is looked up.
  ///   - clock: Rings for output that is gathered, and for the timeout.
  ///   - report: Where what happens goes.
  package init(
    _ request: AgentRequest, _ provider: OpenAIProvider, client: HTTPClient, secrets: any SecretSource,
    clock: AlarmClock, report: @escaping AgentReporter
  ) {
    self.request = request
    self.client = client
    self.clock = clock
    self.report = report
    let resolved = ProviderSecrets(provider, request, secrets)
    refusal = resolved.error
    let access = ChatAttempt.Access(
      key: resolved.key, headers: resolved.headers, policy: request.rules.network,
      redactor: Redactor(request.redacted + secrets.values(of: request.alsoRedacted) + resolved.values))
    state = Locked(State(attempt: ChatAttempt(request, provider, access, clock: { .now })))
  }

  package func start() {
    change { attempt, now in
      if let refusal { attempt.refuse(refusal, now: now) } else { attempt.start(now: now) }
    }
  }

  package func terminate() { change { attempt, now in attempt.terminate(now: now) } }

  /// Such a server asks nothing.
  package func answer(question: String, _ option: String) {}

  package func acknowledge(bytes: Int) { change { attempt, _ in attempt.acknowledge(bytes: bytes) } }

  private func change(_ body: (inout ChatAttempt, MonotonicInstant) -> [ChatAttempt.Effect]) {
    state.withLock { state in
      guard !state.attempt.isFinished else { return }
      perform(body(&state.attempt, .now), &state)
      setAlarm(&state)
    }
  }

  private func take(_ event: HTTPCallEvent, of call: HTTPCallID) {
    state.withLock { state in
      guard state.call == call else { return }
      perform(state.attempt.take(event, now: .now), &state)
      setAlarm(&state)
    }
  }

  private func perform(_ effects: [ChatAttempt.Effect], _ state: inout State) {
    for effect in effects {
      switch effect {
      case .send(let call): send(call, &state)
      case .cancelCall:
        if let call = state.call { client.cancel(call) }
        state.call = nil
      case .acknowledge(let bytes): if let call = state.call { client.acknowledge(call, bytes: bytes) }
      case .report(let kind): report(kind)
      case .judge(let answer): judge(answer, isLast: state.attempt.isLastAnswer)
      }
    }
  }

  /// A call before this one may still be under way: its answer is of no more use.
  private func send(_ call: HTTPCall, _ state: inout State) {
    if let earlier = state.call { client.cancel(earlier) }
    let id = client.makeID()
    state.call = id
    client.start(call, as: id) { [self] event in take(event, of: id) }
  }

  /// A large answer takes some time, which the HTTP client's thread does not have.
  private func judge(_ answer: [UInt8], isLast: Bool) {
    clock.set(at: .now) { [self] in
      let verdict = AnswerVerdict(on: answer, request, isRepaired: isLast)
      change { attempt, now in attempt.judged(verdict, now: now) }
    }
  }

  /// One alarm is set, for the earliest of what is due.
  private func setAlarm(_ state: inout State) {
    let dueAt = state.attempt.dueAt
    if let (alarm, set) = state.alarm {
      if set <= dueAt, dueAt != .never { return }
      clock.cancel(alarm)
      state.alarm = nil
    }
    guard dueAt != .never else { return }
    let alarm = clock.set(at: dueAt) { [self] in alarmRang() }
    state.alarm = (alarm, dueAt)
  }

  private func alarmRang() {
    state.withLock { state in
      state.alarm = nil
      perform(state.attempt.handleDueTimes(now: .now), &state)
      setAlarm(&state)
    }
  }
}
