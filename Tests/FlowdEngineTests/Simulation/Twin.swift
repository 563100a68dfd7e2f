@testable import FlowdEngine
import FlowdModel
import TestSupport

/// A run of a flow whose steps always end the same, however often the daemon dies meanwhile.
final class Twin {
  /// What becomes of one commit.
  enum Interruption: CaseIterable {
    /// The daemon dies and the commit is lost.
    case dies
    /// It dies when the commit is durable, and nobody was told.
    case diesAfter
    /// The disk is full, and takes writes again.
    case diskFull
  }

  let lab: Lab
  let seed: UInt64
  private(set) var commits = 0
  /// A fault planted to see that it is found.
  var losesAnOutput = false
  private let interruption: Interruption?
  private let place: Int
  private let session: SessionID

  /// - Parameter place: Which commit is interrupted, from 1.
  init(_ flow: PinnedDefinition, seed: UInt64, _ interruption: Interruption? = nil, at place: Int = 0) throws {
    self.seed = seed
    self.interruption = interruption
    self.place = place
    (lab, session) = try Lab.withSession(flow, mode: .interactive)
    lab.interruptsCommit = { [unowned self] in interrupts() }
  }

  private func interrupts() -> Bool {
    guard !lab.isWritten else { return false }
    commits += 1
    guard commits == place, let interruption else { return false }
    switch interruption {
    case .dies, .diesAfter:
      if interruption == .diesAfter { lab.write() }
      if losesAnOutput { lab.store.outputs = [:] }
      lab.restart()
      lab.resume()
    case .diskFull:
      lab.failCommit()
      lab.allowWrites()
    }
    return true
  }

  /// - Returns: How it ended, by the names of its steps.
  func run() throws -> [String: String] {
    while lab.store.runs.isEmpty {
      _ = lab.submit(.start(StartRequest(requestID: "once")), to: .session(session))
      lab.settle()
    }
    for _ in 0..<3_000 {
      lab.settle()
      if lab.store.runs.values.allSatisfy(\.status.isFinal) { return summary() }
      if let attempt = lab.executor.running.min(by: { order($0) < order($1) }) {
        lab.report([lab.executor.finish(attempt, result(of: attempt))])
      } else if let (key, question) = question {
        guard let run = lab.store.runs[key.run] else { continue }
        let value = JSONValue.bool(chance(name(of: key.index, in: run)) % 2 == 0)
        _ = lab.submit(
          .answer(AnswerRequest(run: run.id, input: question.id, value: value)), to: .session(session))
      } else if let due = lab.engine.nextTimer {
        lab.now = max(lab.now, due)
        lab.fireTimers()
      } else {
        break
      }
    }
    return ["": "it never ends"]
  }

  private var question: (Batch.StepKey, PendingQuestion)? {
    lab.store.steps.compactMap { key, step in step.question.map { (key, $0) } }
      .min { ($0.0.run, $0.0.index) < ($1.0.run, $1.0.index) }
  }

  private func order(_ attempt: AttemptID) -> (Int64, Int) { (lab.store.run(attempt.run)?.key ?? 0, attempt.step) }

  /// What a command does depends on its name and on how often its step was tried again, not on what a restart cut off.
  private func result(of attempt: AttemptID) -> StepResult {
    if let result = lab.executor.result(of: attempt, lab.store) { return result }
    if lab.executor.attempts[attempt]?.isTerminated == true { return StepResult(outcome: .cancelled) }
    guard let run = lab.store.run(attempt.run) else { return StepResult(outcome: .exited(0)) }
    let chance = chance(name(of: attempt.step, in: run))
    if let failed = peerResult(of: attempt, fails: chance % 4 == 0) { return failed }
    let text = chance / 8 % 4 == 0 ? "not yet" : "done \(chance / 8 % 5)"
    return StepResult(outcome: .exited(chance % 4 == 0 ? 1 : 0), stdout: Array(text.utf8))
  }

  /// What a server or an agent gives; `nil` for a command.
  private func peerResult(of attempt: AttemptID, fails: Bool) -> StepResult? {
    let state = lab.executor.attempts[attempt]
    if state?.http != nil {
      let exchange = HTTPExchange(method: "GET", url: "http://h/", status: fails ? 404 : 200)
      return StepResult(
        outcome: .responded(status: exchange.status, retryAfter: nil), details: StepDetails(exchange: exchange))
    }
    guard state?.agent != nil else { return nil }
    return StepResult(outcome: fails ? .agentFailed(.rejected, "no", retryAfter: nil) : .answered)
  }

  private func chance(_ name: String) -> Int {
    var hash = SplitMix64(seed: seed)
    var value = hash.next()
    for byte in name.utf8 {
      var mixed = SplitMix64(seed: value ^ UInt64(byte))
      value = mixed.next()
    }
    return Int(value >> 2)
  }

  /// A step with the steps above it, and how often each was tried again.
  private func name(of index: Int, in run: RunRecord) -> String {
    guard let view = lab.store.view(run.id) else { return "" }
    let name = view.name(of: index)
    let retries = lab.store.events.count { event in
      guard event.runID == run.id, case .stepRetrying(let step, _, _, let error, _) = event.kind else { return false }
      return step.description == name && !error.message.hasPrefix("cut off")
    }
    let above = run.parent.flatMap { parent in lab.store.runs[parent.key].map { self.name(of: parent.step, in: $0) } }
    return "\(above.map { "\($0)/" } ?? "")\(name)~\(retries)"
  }

  private func summary() -> [String: String] {
    var result: [String: String] = [:]
    if let root = lab.store.runs.values.first(where: { $0.parent == nil }) { add(root, "", &result) }
    return result
  }

  /// What of a run has to be the same: all, but of one that did not succeed only that. A step that is cut off while its
  /// run ends is not run again, and so may miss what it would have finished.
  private func add(_ run: RunRecord, _ prefix: String, _ result: inout [String: String]) {
    guard let view = lab.store.view(run.id) else { return }
    result["\(prefix)run"] = "\(run.status)"
    guard run.status == .succeeded else { return }
    result["\(prefix)run"] = "\(run.status) \(run.report) \(String(decoding: run.outputs, as: UTF8.self))"
    for step in view.steps {
      let name = prefix + view.name(of: step.index)
      let output = lab.store.outputs[Batch.StepKey(run: run.key, index: step.index)] ?? StepOutput()
      let text = "\(String(decoding: output.stdout, as: UTF8.self)) \(output.details.json.text)"
      result[name] = "\(step.status)\(step.status == .succeeded ? " \(text)" : "")"
      if let child = step.childRun.flatMap(lab.store.run) { add(child, "\(name)/", &result) }
    }
  }
}
