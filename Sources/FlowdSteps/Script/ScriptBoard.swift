internal import FlowdModel

/// What the threads of a `ScriptExecutor` and its callers share: what waits, what runs, and whether reports still count.
final class ScriptBoard: Sendable {
  /// What a thread does next.
  enum Turn: Sendable {
    case run(ScriptRequest, ScriptStop)
    /// What it was woken for was taken out meanwhile.
    case nothing
    case end
  }

  private struct State: Sendable {
    var waiting = WaitingScripts()
    var running: [AttemptID: ScriptStop] = [:]
    /// Reports that callers, not the threads, are about to deliver.
    var callersDelivering = 0
    var isShutDown = false
  }

  private let state = Locked(State())
  private let waitingMax: Int
  private let deliver: @Sendable ([StepReport]) -> Void
  /// Signalled for each script that comes to wait, and for each thread at the end.
  private let work = Semaphore()
  /// Signalled when the last caller has delivered after the end.
  private let callersDone = Semaphore()

  init(waitingMax: Int, deliver: @escaping @Sendable ([StepReport]) -> Void) {
    self.waitingMax = waitingMax
    self.deliver = deliver
  }

  /// Scripts that wait and that run.
  var counts: (waiting: Int, running: Int) { state.withLock { ($0.waiting.count, $0.running.count) } }

  // MARK: callers

  func add(_ request: ScriptRequest) {
    let isRefused: Bool? = state.withLock { state in
      if state.isShutDown { return nil }
      if state.waiting.count >= waitingMax {
        state.callersDelivering += 1
        return true
      }
      state.waiting.append(request)
      return false
    }
    guard let isRefused else { return }
    if isRefused {
      deliverFromCaller(
        request.attempt,
        .notStarted("\(waitingMax) scripts wait already. Start this one when some of them have ended."))
    } else {
      work.signal()
    }
  }

  func terminate(_ attempt: AttemptID) {
    let wasWaiting = state.withLock { state in
      if !state.isShutDown, state.waiting.remove(attempt) {
        state.callersDelivering += 1
        return true
      }
      state.running[attempt]?.order()
      return false
    }
    if wasWaiting { deliverFromCaller(attempt, .cancelled) }
  }

  /// Drops what waits, stops what runs, and waits until no caller delivers any more; the threads then come to their end.
  func shutDown(threads: Int) {
    let (dropped, isDelivering) = state.withLock { state in
      state.isShutDown = true
      for stop in state.running.values { stop.order() }
      defer { state.waiting = WaitingScripts() }
      return (state.waiting, state.callersDelivering > 0)
    }
    for _ in 0..<threads { work.signal() }
    // Freed out of the lock: it may be much.
    _ = consume dropped
    if isDelivering {
      callersDone.wait()
      callersDone.signal()
    }
  }

  private func deliverFromCaller(_ attempt: AttemptID, _ outcome: StepResult.Outcome) {
    deliver([Self.report(attempt, outcome)])
    let isLast = state.withLock { state in
      state.callersDelivering -= 1
      return state.isShutDown && state.callersDelivering == 0
    }
    if isLast { callersDone.signal() }
  }

  // MARK: threads

  /// Waits for something to do.
  func next() -> Turn {
    work.wait()
    return state.withLock { state in
      if state.isShutDown { return .end }
      guard let request = state.waiting.popFirst() else { return .nothing }
      let stop = ScriptStop(after: request.timeout)
      state.running[request.attempt] = stop
      return .run(request, stop)
    }
  }

  /// Reports how a script that `next` gave has ended.
  func finish(_ attempt: AttemptID, _ outcome: StepResult.Outcome) {
    let isWanted = state.withLock { state in
      state.running[attempt] = nil
      return !state.isShutDown
    }
    if isWanted { deliver([Self.report(attempt, outcome)]) }
  }

  private static func report(_ attempt: AttemptID, _ outcome: StepResult.Outcome) -> StepReport {
    StepReport(attempt: attempt, kind: .finished(StepResult(outcome: outcome)))
  }
}
