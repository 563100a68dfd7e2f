@testable import FlowdEngine
import FlowdModel
import Testing

/// Short forms for tests that go one step at a time.
extension Lab {
  static let config = Config(
    providers: [ProviderDefinition(id: "p"), ProviderDefinition(id: "q", models: .list(["m", "n"]))],
    defaults: SessionDefaults(flow: "f", provider: "p", model: "m", mode: .batch))

  /// A lab with one session, which runs `flow`.
  static func withSession(_ flow: FlowDefinition, others: [FlowDefinition] = []) throws -> (Lab, SessionID) {
    try withSession(Flows.pinned(flow), others: others.map { Flows.pinned($0) })
  }

  static func withSession(
    _ flow: PinnedDefinition, others: [PinnedDefinition] = [], mode: RunMode = .batch
  ) throws -> (Lab, SessionID) {
    var config = Lab.config
    config.defaults.flow = flow.flow.id
    config.defaults.mode = mode
    let lab = Lab(flows: [flow] + others, config: config)
    return (lab, try lab.open("/w"))
  }

  /// A lab with one session and a run of a flow file.
  static func running(
    _ yaml: String, inputs: JSONValue = .object([]), mode: RunMode = .batch, subflows: [PinnedDefinition] = [],
    stepByStep: Bool = false
  ) throws -> (Lab, RunID) {
    let (lab, session) = try withSession(try Flows.parse("f", yaml, subflows: subflows), mode: mode)
    return (lab, try lab.start(session, StartRequest(inputs: inputs, stepByStep: stepByStep)).id)
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

  func rerun(_ session: SessionID, _ request: RerunRequest) throws -> RunView {
    let reply = try call(.rerun(request), on: .session(session))
    guard case .rerun(let view, _) = reply else { throw LabError.unexpected(reply) }
    return view
  }

  func answer(
    _ run: RunID, _ value: JSONValue?, step: String = "", input: String = ""
  ) throws -> (RunView, AnswerOutcome) {
    let session = try #require(store.run(run)?.sessionID)
    let reply = try call(
      .answer(AnswerRequest(run: run, step: step, input: input, value: value)), on: .session(session))
    guard case .answered(let view, let outcome) = reply else { throw LabError.unexpected(reply) }
    return (view, outcome)
  }

  /// Makes a call on the session of a run.
  func call(_ command: Command, ofRun run: RunID) throws -> Reply {
    try call(command, on: .session(try #require(store.run(run)?.sessionID)))
  }

  func refusal(of command: Command, ofRun run: RunID) -> Refusal? {
    store.run(run).flatMap { refusal(of: command, on: $0.sessionID) }
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
  func finish(
    _ run: RunID, _ step: String, _ outcome: StepResult.Outcome = .exited(0), stdout: String = "",
    at location: SourceLocation = #_sourceLocation
  ) {
    guard let attempt = running(run).first(where: { $0.step == step })?.attempt else {
      Issue.record("step \(step) does not run; \(runningSteps(run)) do", sourceLocation: location)
      return
    }
    report([executor.finish(attempt, outcome, stdout: stdout)])
    settle()
  }

  /// The steps of a run that an executor has in hand.
  func running(_ run: RunID) -> [(step: String, attempt: AttemptID)] {
    guard let view = store.view(run) else { return [] }
    return executor.running.filter { $0.run == run }.map { (view.name(of: $0.step), $0) }
  }

  func runningSteps(_ run: RunID) -> [String] { running(run).map(\.step) }

  func work(_ run: RunID, _ step: String) -> LabExecutor.Attempt? {
    running(run).first { $0.step == step }.flatMap { executor.attempts[$0.attempt] }
  }

  func request(_ run: RunID, _ step: String) -> CommandRequest? { work(run, step)?.request }

  func status(_ run: RunID) -> RunStatus? { store.run(run)?.status }

  /// Of the steps of the definition.
  func stepStatuses(_ run: RunID) -> [StepStatus] {
    guard let view = store.view(run) else { return [] }
    return view.steps.prefix(view.definition.flow.steps.count).map(\.status)
  }

  /// A step by its name, such as `review[2]`.
  func step(_ run: RunID, _ name: String) -> StepRecord? {
    store.view(run).flatMap { view in view.steps.first { view.name(of: $0.index) == name } }
  }

  func error(_ run: RunID, _ name: String) -> String? { step(run, name)?.error?.message }

  func output(_ run: RunID, _ name: String) -> StepOutput? {
    guard let step = step(run, name), let key = store.run(run)?.key else { return nil }
    return store.outputs[Batch.StepKey(run: key, index: step.index)]
  }

  func report(of run: RunID) -> String? { store.run(run)?.report }

  /// The events of a run, as short texts such as `started a#1`.
  func story(_ run: RunID) -> [String] { store.events.filter { $0.runID == run }.map(\.kind.short) }

  func meta(_ session: SessionID) -> SessionMeta? { store.session(session)?.meta }
}

extension RunView {
  func name(of index: Int) -> String {
    let step = steps[index]
    return StepName(definition.flow.steps[step.parent ?? index].id, item: step.item).description
  }
}

extension EventKind {
  private static func bound(_ attemptsMax: Int?) -> String { attemptsMax.map { "/\($0)" } ?? "" }

  /// For comparisons and messages of tests.
  var short: String {
    switch self {
    case .sessionMetaChanged: "meta"
    case .sessionSelected: "selected"
    case .sessionClosed: "closed"
    case .runQueued: "queued"
    case .runStarted: "run started"
    case .runCancelRequested(let mode): "cancel \(mode)"
    case .runPauseRequested: "pause requested"
    case .runPaused: "paused"
    case .runResumed(let afterRestart): afterRestart ? "resumed after restart" : "resumed"
    case .runModeChanged(let mode): "mode \(mode)"
    case .runFinished(let status, _, _, _): "run \(status)"
    case .stepStarted(let name, let attempt, let max, _, _): "started \(name)#\(attempt)\(Self.bound(max))"
    case .stepOutput(let name, let attempt, _): "output \(name)#\(attempt)"
    case .stepActivity(let name, let attempt, let activity): "\(activity.kind) \(name)#\(attempt)"
    case .stepRetrying(let name, let attempt, let max, _, _): "retrying \(name)#\(attempt)\(Self.bound(max))"
    case .stepInputRequired(let name, _, _): "asks \(name)"
    case .stepInputAnswered(let name, _, _, let by): "answered \(name) by \(by)"
    case .stepFinished(let name, let step, _, _): "\(name) \(step.status)"
    case .circuitChanged(let circuit): "circuit \(circuit.name) \(circuit.state)"
    }
  }
}

/// `Testing` has an `Expectation` too.
typealias Expected = FlowdModel.Expectation
