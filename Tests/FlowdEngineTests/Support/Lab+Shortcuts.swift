@testable import FlowdEngine
import FlowdModel

/// Short forms for tests that go one step at a time.
extension Lab {
  static let config = Config(
    providers: [ProviderDefinition(id: "p"), ProviderDefinition(id: "q", models: .list(["m", "n"]))],
    defaults: SessionDefaults(flow: "f", provider: "p", model: "m", mode: .batch))

  /// A lab with one session, which runs `flow`.
  static func withSession(_ flow: FlowDefinition, others: [FlowDefinition] = []) throws -> (Lab, SessionID) {
    var config = Lab.config
    config.defaults.flow = flow.id
    let lab = Lab(flows: [flow] + others, config: config)
    return (lab, try lab.open("/w"))
  }

  func open(_ workspace: String, from: SessionID? = nil) throws -> SessionID {
    let request = NewSession(workspace: workspace, from: from)
    let reply = try call(.open(request), on: from.map(SessionLane.Key.session) ?? .workspace(workspace))
    guard case .meta(let meta) = reply else { throw LabError.unexpected(reply) }
    return meta.sessionID
  }

  func start(_ session: SessionID, _ request: StartRequest = StartRequest()) throws -> RunRecord {
    let reply = try call(.start(request), on: .session(session))
    guard case .started(let record, _) = reply else { throw LabError.unexpected(reply) }
    return record
  }

  func cancel(_ session: SessionID, _ run: RunID?, _ mode: CancelMode) throws -> (RunView, CancelOutcome) {
    let reply = try call(.cancel(run, mode), on: .session(session))
    guard case .cancelled(let view, let outcome) = reply else { throw LabError.unexpected(reply) }
    return (view, outcome)
  }

  func hasSucceeded(_ call: CallToken) -> Bool {
    if case .success = answers[call] { true } else { false }
  }

  func refusal(of command: Command, on session: SessionID) -> Refusal? {
    do {
      _ = try call(command, on: .session(session))
      return nil
    } catch {
      return error as? Refusal
    }
  }

  /// The latest attempt of a step ends.
  func finish(_ run: RunID, _ step: String, _ outcome: StepResult.Outcome = .exited(0), stdout: String = "") {
    guard let attempt = running(run).first(where: { $0.step == step })?.attempt else {
      preconditionFailure("step \(step) does not run")
    }
    report([executor.finish(attempt, outcome, stdout: stdout)])
    settle()
  }

  /// The steps of a run that an executor has in hand.
  func running(_ run: RunID) -> [(step: String, attempt: AttemptID)] {
    guard let view = store.view(run) else { return [] }
    return executor.running.filter { $0.run == run }.map { (view.definition.flow.steps[$0.step].id, $0) }
  }

  func runningSteps(_ run: RunID) -> [String] { running(run).map(\.step) }

  func request(_ run: RunID, _ step: String) -> CommandRequest? {
    running(run).first { $0.step == step }.flatMap { executor.attempts[$0.attempt]?.request }
  }

  func status(_ run: RunID) -> RunStatus? { store.run(run)?.status }

  func stepStatuses(_ run: RunID) -> [StepStatus] { store.view(run)?.steps.map(\.status) ?? [] }

  func meta(_ session: SessionID) -> SessionMeta? { store.session(session)?.meta }
}

/// `Testing` has an `Expectation` too.
typealias Expected = FlowdModel.Expectation
