@testable import FlowdEngine
import FlowdModel
import TestSupport

/// One random life of the daemon: clients, disk, reader, executor and restarts in an order that the seed decides.
///
/// What it checks is in `StoreModel` (the store by its events) and `AnswerCheck` (answers by the store).
final class Simulation {
  /// A fault planted to see that the checks find it.
  enum Plant: CaseIterable {
    case answersBeforeCommit, writesHalfOfAFailedBatch, losesAReport, startsTwice, losesAnEffect
    /// Timers are never fired.
    case losesTimers
    /// The engine is given other flows than those that count.
    case ignoresNeeds, retriesOnceMore, forgetsFinalizers, ignoresGroups, runsTooMuchAtOnce, ignoresConditions
    /// A restart finds rows as they were before.
    case asksAgain, forgetsAttempts
  }

  let lab: Lab
  let plant: Plant?
  var random: SplitMix64
  var model = StoreModel()
  var calls: [CallToken: SimulatedCall] = [:]
  /// By lane: the calls without an answer, oldest first.
  var outstanding: [SessionLane.Key: [CallToken]] = [:]
  var withdrawn: Set<CallToken> = []
  var runOfRequest: [String: RunID] = [:]
  var revisions: [SessionLane.Key: [(call: CallToken, revision: UInt64, isWrite: Bool)]] = [:]
  /// More goes wrong than usual.
  let isStormy: Bool
  var diskIsFull = false
  private(set) var wrong: [String] = []
  private var isResumed = true
  /// Of attempts that ended; now and then one comes twice.
  private var endReports: [StepReport] = []

  static let workspaces = ["/w", "/caf\u{E9}", "/cafe\u{301}"]

  init(seed: UInt64, plant: Plant? = nil) throws {
    var random = SplitMix64(seed: seed)
    self.plant = plant
    var flows: [PinnedDefinition] = []
    for id in ["c", "b", "a"] { flows.append(try RandomFlow.make(id, &random, subflows: flows)) }
    let bounds = random.oneIn(2) ? EngineBounds(lanes: 2 + random.below(4), recentRequests: 1) : EngineBounds()
    let config = Config(
      providers: [
        ProviderDefinition(id: "p", kind: .openAI(OpenAIProvider(baseURL: "http://h", key: Secret("KEY")))),
        ProviderDefinition(id: "q", models: .list(["m", "n"])),
      ],
      defaults: SessionDefaults(flow: "a", provider: "p", model: "m", mode: .batch))
    lab = Lab(flows: flows.map { plant?.spoiled($0) ?? $0 }, config: config, bounds: bounds, seed: random.next())
    lab.runsScripts = false
    isStormy = random.oneIn(3)
    self.random = random
    for flow in flows { learn(flow) }
    lab.flows["bad"] = .invalid(["bad.flow.yaml:1:1: error: it is bad"])
    lab.onAnswer = { [unowned self] in take($0) }
    lab.onCommit = { [unowned self] in model.apply($0, lab.store) }
    lab.onEffect = { [unowned self] in check($0) }
    lab.losesEffects = plant == .losesAnEffect
  }

  /// - Returns: What is wrong; nothing, if all is well.
  func run() -> [String] {
    for _ in 0..<(60 + random.below(140)) {
      act()
      if !isFine { break }
    }
    if isFine { comeToRest() }
    return wrong + lab.broken + model.wrong
  }

  private func learn(_ flow: PinnedDefinition) {
    model.truth[flow.hash] = flow
    for inner in flow.subflows.values { model.truth[inner.hash] = inner }
  }

  var isFine: Bool { wrong.isEmpty && lab.broken.isEmpty && model.wrong.isEmpty }

  func note(_ mistake: String?) {
    if let mistake { wrong.append(mistake) }
  }

  private func act() {
    lab.now = lab.now + .milliseconds(random.oneIn(8) ? random.below(1500) : random.below(3))
    if random.oneIn(6), plant != .losesTimers { lab.fireTimers() }
    if random.oneIn(60) {
      lab.isWatched.toggle()
      lab.engine.watchersChanged(now: lab.now)
    }
    switch random.below(100) {
    case ..<32: makeCall()
    case ..<35: withdrawCall()
    case ..<45: lab.takeLoads()
    case ..<54: lab.readOne(failing: random.oneIn(30))
    case ..<63: lab.deliverOne()
    case ..<70: seal()
    case ..<76: write()
    case ..<83: lab.finishCommit()
    case ..<85: if random.oneIn(isStormy ? 1 : 5) { diskIsFull.toggle() }
    case ..<87: if lab.engine.readOnly != nil, !diskIsFull { lab.allowWrites() }
    case ..<96: execute()
    case ..<97: random.oneIn(2) ? changeFlow() : rest()
    case ..<99: if random.oneIn(isStormy ? 1 : 4) { restart() }
    default: lab.engine.applyWhatWaits(now: lab.now)
    }
    if !isResumed, random.oneIn(12) { resume() }
    lab.takeLoads()
    if random.oneIn(2) { lab.releaseAnswered() }
  }

  private func seal() {
    lab.seal()
    guard plant == .answersBeforeCommit, let batch = lab.sealed, !lab.isWritten else { return }
    for answered in batch.replies { take(answered) }
  }

  private func write() {
    guard diskIsFull, lab.sealed != nil, !lab.isWritten else {
      lab.write()
      return
    }
    if plant == .writesHalfOfAFailedBatch { lab.writeHalf() }
    lab.failCommit()
  }

  /// Everything happens that can without executors, people and time: then nothing is left that could go on.
  private func rest() {
    guard !diskIsFull, isResumed, lab.engine.readOnly == nil else { return }
    lab.engine.applyWhatWaits(now: lab.now)
    lab.settle()
    guard lab.engine.readOnly == nil, lab.engine.failedLoads.isEmpty else { return }
    for run in model.sessions.values.flatMap(\.runs) { note(run.stall) }
    for (id, session) in model.sessions {
      if session.active == nil, let waiting = session.runs.first(where: { $0.status == .queued }),
        waiting.definition.flow.concurrencyGroup == nil
      {
        note("run \(waiting.id) of session \(id) waits for nobody")
      }
    }
  }

  private func changeFlow() {
    let id = random.pick(["a", "b", "c"])
    let known = lab.flows.sorted { $0.key < $1.key }.compactMap { entry -> PinnedDefinition? in
      if entry.key > id, case .found(let flow) = entry.value { model.truth[flow.hash] } else { nil }
    }
    guard let flow = try? RandomFlow.make(id, &random, subflows: known) else { return note("no valid flow") }
    learn(flow)
    lab.flows[id] = .found(plant?.spoiled(flow) ?? flow)
  }

  private func restart() {
    if let plant { lab.spoilRows(plant, &random) }
    lab.restart()
    outstanding = [:]
    endReports = []
    isResumed = lab.engine.unfinishedRunCount == 0
    if isStormy { diskIsFull = random.oneIn(2) }
  }

  private func resume() {
    guard !isResumed else { return }
    isResumed = true
    lab.resume()
  }

  // MARK: executor

  private func execute() {
    guard let attempt = lab.executor.running.randomElement(using: &random) else { return }
    var reports: [StepReport] = []
    let state = lab.executor.attempts[attempt]
    for _ in 0..<(state?.request != nil || state?.agent != nil ? random.below(3) : 0) {
      reports.append(lab.executor.output(attempt, "text \(random.below(10))"))
    }
    if state?.agent != nil, random.oneIn(3) { reports.append(askOrThink(attempt)) }
    if random.oneIn(2) { reports.append(lab.executor.finish(attempt, result(of: attempt))) }
    if plant == .losesAReport, random.oneIn(2) { return }
    if random.oneIn(4), let late = endReports.randomElement(using: &random) { reports.append(late) }
    endReports += reports.filter { if case .finished = $0.kind { true } else { false } }
    lab.report(reports)
  }

  /// Agents ask for permissions, and tell what they think.
  private func askOrThink(_ attempt: AttemptID) -> StepReport {
    let question = AgentQuestion(
      id: "q\(random.below(100))", prompt: "May I?", options: ["allow", "reject"], denial: "reject")
    return StepReport(
      attempt: attempt, kind: random.oneIn(2) ? .asked(question) : .activity(AgentActivity(.thought, "hm")))
  }

  private func result(of attempt: AttemptID) -> StepResult {
    if let result = lab.executor.result(of: attempt, lab.store) { return result }
    if lab.executor.attempts[attempt]?.http != nil { return response(of: attempt) }
    if lab.executor.attempts[attempt]?.agent != nil { return answer(of: attempt) }
    // Now and then more than memory keeps.
    let text = random.oneIn(40) ? Simulation.large : Array((random.oneIn(6) ? "not yet" : "done").utf8)
    return StepResult(outcome: outcome(of: attempt), stdout: text)
  }

  private static let large = [UInt8](repeating: 0x78, count: Limits.keptStepOutputBytesMax + 1)

  private func outcome(of attempt: AttemptID) -> StepResult.Outcome {
    if lab.executor.attempts[attempt]?.isTerminated == true { return .cancelled }
    switch random.below(8) {
    case 0: return .exited(1)
    case 1: return .signalled(9)
    case 2: return .timedOut
    case 3: return .notStarted("no such program")
    default: return .exited(0)
    }
  }

  private func response(of attempt: AttemptID) -> StepResult {
    if lab.executor.attempts[attempt]?.isTerminated == true { return StepResult(outcome: .cancelled) }
    if random.oneIn(6) { return StepResult(outcome: .requestFailed(random.pick([.refused, .tls]), "no")) }
    let status = random.pick([200, 200, 404, 429, 503])
    let exchange = HTTPExchange(method: "GET", url: "http://h/", status: status, bodyBytes: 2)
    return StepResult(
      outcome: .responded(status: status, retryAfter: random.oneIn(3) ? .seconds(1) : nil), stdout: Array("{}".utf8),
      details: StepDetails(exchange: exchange))
  }

  private func answer(of attempt: AttemptID) -> StepResult {
    if lab.executor.attempts[attempt]?.isTerminated == true { return StepResult(outcome: .cancelled) }
    guard random.oneIn(3) else {
      return StepResult(
        outcome: .answered, stdout: Array("well".utf8), details: StepDetails(result: .string("well")))
    }
    let failure = random.pick(AgentFailure.allCases)
    return StepResult(outcome: .agentFailed(failure, "no", retryAfter: random.oneIn(2) ? .seconds(2) : nil))
  }

  private func check(_ effect: Effect) {
    let attempt: AttemptID
    switch effect {
    case .startCommand(let request): attempt = request.attempt
    case .startScript(let request): attempt = request.attempt
    case .startHTTP(let request): attempt = request.attempt
    case .startAgent(let request): attempt = request.attempt
    case .finishNow(let given): attempt = given
    case .terminate, .acknowledgeOutput, .answerAgent: return
    }
    let run = model.sessions.values.lazy.compactMap { $0.run(attempt.run) }.first
    let step = run?.steps[attempt.step]
    if step?.attempt != attempt.attempt || step?.status != .running {
      note("\(attempt) is executed while the store has \(String(describing: step))")
    }
    if plant == .startsTwice { lab.performAgain(effect) }
  }

  // MARK: the end

  /// Everything works again: every call is answered and every run ends.
  private func comeToRest() {
    diskIsFull = false
    for _ in 0..<2_000 {
      lab.settle()
      if lab.engine.readOnly != nil { lab.allowWrites() }
      resume()
      lab.engine.applyWhatWaits(now: lab.now)
      lab.settle()
      for (attempt, state) in lab.executor.attempts where state.unacknowledged > 0 {
        note("output of \(attempt) is never acknowledged")
      }
      if !isFine { return }
      if let attempt = lab.executor.running.first {
        lab.report([lab.executor.finish(attempt, result(of: attempt))])
      } else if let due = lab.engine.nextTimer, plant != .losesTimers {
        lab.now = max(lab.now, due)
        lab.fireTimers()
      } else if !unblock() {
        break
      }
    }
    for (lane, calls) in outstanding where !calls.isEmpty { note("\(calls.count) calls of \(lane) are never answered") }
    for run in model.sessions.values.flatMap(\.runs) where !run.status.isFinal {
      note("run \(run.id) never ends: \(run.status) \(run.steps.map(\.status))")
    }
    checkMemory()
    checkRevisions()
  }

  /// Does what only people can: answers a question, or resumes a run.
  private func unblock() -> Bool {
    let asked = lab.store.steps.filter { $0.value.question != nil }
      .min { ($0.key.run, $0.key.index) < ($1.key.run, $1.key.index) }
    if let (key, step) = asked, let run = lab.store.runs[key.run], let question = step.question {
      let request = AnswerRequest(run: run.id, input: question.id, value: value(for: question))
      demand(.answer(request), of: run.sessionID)
      return true
    }
    let paused = lab.store.runs.values.filter { !$0.status.isFinal && ($0.isPauseRequested || $0.isStepping) }
    guard let run = paused.min(by: { $0.key < $1.key }) else { return false }
    demand(.resume(run.id, stepByStep: false), of: run.sessionID)
    return true
  }

  /// What is in memory is what is in the store.
  private func checkMemory() {
    for (id, lane) in lab.engine.lanes {
      if !lane.queue.isEmpty || lane.waitingFor != nil || !lane.heldReports.isEmpty { note("lane \(id) still waits") }
      guard let state = lane.state else { continue }
      if lab.store.session(id) != state.record { note("session \(state.record) is not as stored") }
      if lab.store.lastSequence(of: state.record.key) != state.eventSequence { note("session \(id): wrong sequence") }
      if !state.runs.isEmpty { note("session \(id) has runs that ended") }
    }
    for (path, selected) in lab.engine.selections where model.selections[path] != selected {
      note("workspace \(path.text) has \(String(describing: selected)) selected")
    }
    if !lab.engine.waitingLanes.isEmpty { note("lanes are listed as waiting") }
    if lab.engine.unfinishedRunCount != 0 { note("runs are known that ended") }
    if lab.engine.nextTimer != nil, plant != .losesTimers { note("a timer is left") }
    if !lab.engine.transaction.groups.isEmpty { note("a group is held by nobody") }
    if !lab.engine.heldTimers.isEmpty || !lab.engine.droppedSessions.isEmpty || !lab.engine.failedLoads.isEmpty {
      note("something is still held back")
    }
  }

  /// Within a lane a later call never tells of an earlier state.
  private func checkRevisions() {
    for (lane, answers) in revisions {
      var last: UInt64 = 0
      for answer in answers.sorted(by: { ($0.call.connection, $0.call.stream) < ($1.call.connection, $1.call.stream) })
      {
        if answer.revision < last + (answer.isWrite ? 1 : 0) {
          note("\(lane): revision \(answer.revision) after \(last)")
        }
        last = answer.revision
      }
    }
  }
}

extension Simulation {
  /// Prints the flows and the events of a life.
  func tell() {
    var told: Set<String> = []
    for event in lab.store.events {
      let run = event.runKey.flatMap { lab.store.runs[$0] }
      let hash = run?.snapshot.definitionHash ?? ""
      if let flow = lab.store.definitions[hash], told.insert(hash).inserted {
        print(String(decoding: flow.source, as: UTF8.self))
      }
      let flow = run.map { " \($0.snapshot.flowID) \($0.key)" } ?? ""
      print(
        "\(event.at.microsecondsSince1970 % 1_000_000_000) \(event.sessionKey)/\(event.sequence)\(flow): \(event.kind.short)"
      )
    }
  }
}
