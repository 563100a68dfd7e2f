internal import FlowdClient
internal import FlowdModel
internal import FlowdWire
internal import Glibc

/// Shows a watch until it ends or the person has enough.
struct Follow {
  enum End: Equatable {
    /// The watch is complete, or the run that was followed has ended.
    case complete
    case interrupted
    /// The run goes on only once somebody answers, and nobody here does.
    case waitsForInput
  }

  /// What Ctrl-C means.
  enum OnInterrupt {
    case leave
    /// The first asks the run to finish the steps in hand, the second ends it, the third leaves it alone.
    case cancel(run: String, session: String)
  }

  private enum Input: Sendable {
    case update(WatchUpdate)
    case end
    case failure(ClientError)
    case signal(SignalThread.Kind)
    case callFailed(ClientError)
    case keys([UInt8])
    case answered(Question.Key, ClientError?)
  }

  private static let frameMilliseconds: Int64 = 80
  /// How long nothing may happen before a run counts as waiting for people only.
  private static let stuckMilliseconds: Int64 = 300

  private let context: Context
  private let onInterrupt: OnInterrupt
  private var view: any FollowView
  private let inputs = Mailbox<Input>(capacity: UInt32(Limits.clientEventsMax))
  private let keys: KeyReader
  private var interrupts = 0
  /// The run that is followed, with those of its steps; `nil`: everything that the watch tells is shown.
  private var tree: WatchedRunTree?
  private var interview: Interview
  private let leavesWhenStuck: Bool
  private var lastEventAt: Timestamp
  /// The last run that ended, and how.
  private(set) var lastEnd: (runID: String, status: API.RunStatus)?

  /// - Parameters:
  ///   - run: Whose events are shown, out of its session's.
  ///   - leavesWhenStuck: Ends when nothing but answers of people can go on with the run.
  init(
    _ context: Context, view: any FollowView, onInterrupt: OnInterrupt, run: WatchedRun? = nil,
    interview: Interview = Interview(mayAsk: false), leavesWhenStuck: Bool = false
  ) {
    self.context = context
    self.view = view
    self.onInterrupt = onInterrupt
    self.interview = interview
    self.leavesWhenStuck = leavesWhenStuck
    tree = run.map { WatchedRunTree(root: $0) }
    lastEventAt = context.now
    let inputs = inputs
    keys = KeyReader { inputs.post(.keys($0)) }
  }

  mutating func run(_ watch: Watch) throws(CLIError) -> End {
    let inputs = inputs
    SignalThread.start { inputs.post(.signal($0)) }
    ClientThread.start {
      while true {
        do throws(ClientError) {
          guard let update = try watch.nextUpdate() else { break }
          inputs.post(.update(update))
        } catch {
          inputs.post(.failure(error))
          return
        }
      }
      inputs.post(.end)
    }
    defer {
      watch.close()
      keys.turnOff()
      view.release()
      context.output.flush()
    }
    return try loop()
  }

  private mutating func loop() throws(CLIError) -> End {
    var nextFrame = context.now
    while true {
      let left = (nextFrame - context.now).components
      let milliseconds = view.isLive ? Int(left.seconds * 1000 + left.attoseconds / 1_000_000_000_000_000) : 0
      if let input = inputs.take(within: max(0, milliseconds)) {
        if let end = try handle(input) { return end }
        continue
      }
      if isStuck { return .waitsForInput }
      if view.isLive {
        show()
        nextFrame = context.now + .milliseconds(Follow.frameMilliseconds)
      } else {
        // Nothing is waiting: what was written may be read now.
        context.output.flush()
        let patience = leavesWhenStuck ? Int(Follow.stuckMilliseconds) : 3_600_000
        if let input = inputs.take(within: patience), let end = try handle(input) { return end }
      }
    }
  }

  private mutating func show() {
    if interview.wantsKeys { keys.turnOn() } else { keys.turnOff() }
    view.ask(interview)
    view.draw()
  }

  /// - Returns: `nil` to go on.
  private mutating func handle(_ input: Input) throws(CLIError) -> End? {
    switch input {
    case .update(let update): return try take(update)
    case .end: return .complete
    case .failure(let error): throw context.explained(error)
    case .callFailed(let error): view.notice(CLIError(error).message)
    case .keys(let typed):
      try perform(interview.type(typed))
      show()
    case .answered(let key, let error): try perform(interview.answered(key, error))
    case .signal(.resize): show()
    case .signal(.suspend):
      keys.turnOff()
      view.release()
      kill(getpid(), SIGSTOP)
    case .signal(.terminate): return .interrupted
    case .signal(.interrupt): return try interrupt()
    }
    return nil
  }

  private mutating func take(_ update: WatchUpdate) throws(CLIError) -> End? {
    guard case .event(let event) = update else {
      try view.take(update, path: "")
      return nil
    }
    if tree != nil, tree?.apply(event) == false { return nil }
    lastEventAt = context.now
    let path = tree?.path(of: event.runID) ?? ""
    try view.take(update, path: path)
    try perform(interview.take(event, path: path))
    guard case .runFinished(let finished)? = event.kind else { return nil }
    if let tree, event.runID != tree.rootID {
      self.tree?.forget(event.runID)
      return nil
    }
    lastEnd = (event.runID, finished.status)
    guard tree != nil else { return nil }
    for name in interview.unused { context.note("no step asked for the answer \(quoted(name))") }
    return .complete
  }

  private mutating func perform(_ effects: [Interview.Effect]) throws(CLIError) {
    for effect in effects {
      switch effect {
      case .remark(let text): view.remark(text)
      case .resume(let run, let stepByStep):
        let inputs = inputs
        try context.send(API.FlowResume.self, .init(runID: run, stepByStep: stepByStep)).whenDone { result in
          if case .failure(let error) = result { inputs.post(.callFailed(error)) }
        }
      case .send(let request, let key):
        let inputs = inputs
        try context.send(API.FlowAnswer.self, request).whenDone { result in
          if case .failure(let error) = result {
            inputs.post(.answered(key, error))
          } else {
            inputs.post(.answered(key, nil))
          }
        }
      }
    }
  }

  /// Nothing but answers of people can go on with the run, and none is on its way.
  private var isStuck: Bool {
    guard leavesWhenStuck, let tree, !interview.unanswered.isEmpty,
      interview.unanswered.count == interview.waiting.count,
      interview.waiting.allSatisfy({ $0.input.dueAt == nil })
    else { return false }
    return context.now - lastEventAt >= .milliseconds(Follow.stuckMilliseconds) && !tree.isBusy
  }

  private mutating func interrupt() throws(CLIError) -> End? {
    guard case .cancel(let run, let session) = onInterrupt else { return .interrupted }
    interrupts += 1
    switch interrupts {
    case 1: view.notice("finishing the steps in hand; press Ctrl-C again to end them now")
    case 2: view.notice("ending the steps; press Ctrl-C again to leave them alone")
    default:
      context.note("run \(ShortID.of(run)) may still be ending; see: flowctl show \(ShortID.of(run))")
      return .interrupted
    }
    let reply = try context.send(
      API.FlowCancel.self, .init(sessionID: session, runID: run, mode: interrupts == 1 ? .graceful : .force))
    let inputs = inputs
    reply.whenDone { result in
      if case .failure(let error) = result { inputs.post(.callFailed(error)) }
    }
    return nil
  }

  var wasInterrupted: Bool { interrupts > 0 }

  /// Questions that nobody has answered.
  var unanswered: [Question] { interview.unanswered }
}
