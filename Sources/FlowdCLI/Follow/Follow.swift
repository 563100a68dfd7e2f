internal import FlowdClient
internal import FlowdModel
internal import FlowdWire
internal import Glibc

/// Shows a watch until it ends or the person has enough.
struct Follow {
  enum End: Equatable {
    /// The watch is complete.
    case complete
    case interrupted
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
    case cancelFailed(ClientError)
  }

  private static let frameMilliseconds: Int64 = 80

  private let context: Context
  private let onInterrupt: OnInterrupt
  private var view: any FollowView
  private let inputs = Mailbox<Input>(capacity: UInt32(Limits.clientEventsMax))
  private var interrupts = 0
  /// How the last run that ended did.
  private(set) var lastStatus: API.RunStatus?

  init(_ context: Context, view: any FollowView, onInterrupt: OnInterrupt) {
    self.context = context
    self.view = view
    self.onInterrupt = onInterrupt
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
      } else if view.isLive {
        view.draw()
        nextFrame = context.now + .milliseconds(Follow.frameMilliseconds)
      } else {
        // Nothing is waiting: what was written may be read now.
        context.output.flush()
        if let input = inputs.take(within: 3_600_000), let end = try handle(input) { return end }
      }
    }
  }

  /// - Returns: `nil` to go on.
  private mutating func handle(_ input: Input) throws(CLIError) -> End? {
    switch input {
    case .update(let update):
      if case .event(let event) = update, case .runFinished(let finished)? = event.kind { lastStatus = finished.status }
      try view.take(update)
    case .end: return .complete
    case .failure(let error): throw context.explained(error)
    case .cancelFailed(let error): view.notice(CLIError(error).message)
    case .signal(.resize): view.draw()
    case .signal(.suspend):
      view.release()
      kill(getpid(), SIGSTOP)
    case .signal(.terminate): return .interrupted
    case .signal(.interrupt): return try interrupt()
    }
    return nil
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
      if case .failure(let error) = result { inputs.post(.cancelFailed(error)) }
    }
    return nil
  }

  var wasInterrupted: Bool { interrupts > 0 }
}
