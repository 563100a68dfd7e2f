internal import FlowdModel

/// Where one command is between its launch and its end: what happens goes in, what to do comes out.
struct CommandLife: Equatable, Sendable {
  enum Event: Equatable, Sendable {
    case message(LauncherMessage)
    /// The command wrote something: it can be faster than its launcher's message.
    case outputArrived
    /// The control socket ended; without `.treeEnded` before it, the launcher was killed.
    case controlEnded
    /// What the killed launcher left behind is dead.
    case orphansEnded
    case cancelled
    case timedOut
    /// More waits for the command's standard input than may.
    case inputOverflowed
    /// The launcher did not end the tree in the time it needs at most.
    case stuck
  }

  enum Action: Equatable, Sendable {
    /// Report that the process exists.
    case announce
    /// Tell the launcher to end the tree.
    case orderEnd
    case killLauncher
    /// Find and end what the launcher left behind; it may have died before it could tell that the command runs.
    case endOrphans(announceFirst: Bool)
    /// Read the rest of the output and report the end.
    case finish(Ending)
  }

  enum Ending: Equatable, Sendable {
    case outcome(StepResult.Outcome)
    case failure(LaunchFailure)
    /// Nothing is known but that the launcher is dead.
    case launcherLost
  }

  private enum Phase: Equatable, Sendable {
    case supervised, orphaned, over
  }

  /// How an attempt ends whose standard input is not read.
  static let inputOverflow = StepResult.Outcome.agentFailed(
    .failed,
    "It does not read its standard input: more than \(Limits.standardInputBytesMax) bytes would wait there. "
      + "Check that the command is one that is meant to be talked to.", retryAfter: nil)

  private var phase = Phase.supervised
  /// The launcher told that the command runs.
  private(set) var hasStarted = false
  private var isAnnounced = false
  private var ending: Ending?
  /// Why the tree is ended by order, when it is.
  private var reason: StepResult.Outcome?

  /// The command itself has ended; only its descendants may be left.
  var hasEnded: Bool { ending != nil }

  /// Takes in what happened; after `.finish` nothing does anything.
  mutating func handle(_ event: Event) -> Action? {
    guard phase != .over else { return nil }
    switch event {
    case .message(.started):
      hasStarted = true
      return announce()
    case .outputArrived:
      return announce()
    case .message(.failed(let failure)):
      ending = .failure(failure)
      return nil
    case .message(.ended(let end)):
      settle(end)
      return nil
    case .message(.treeEnded):
      return finish()
    case .controlEnded:
      guard phase == .supervised else { return nil }
      phase = .orphaned
      defer { isAnnounced = true }
      return .endOrphans(announceFirst: !isAnnounced)
    case .orphansEnded:
      return finish()
    case .cancelled:
      return end(because: .cancelled)
    case .timedOut:
      return end(because: .timedOut)
    case .inputOverflowed:
      return end(because: Self.inputOverflow)
    case .stuck:
      return phase == .supervised ? .killLauncher : nil
    }
  }

  private mutating func announce() -> Action? {
    defer { isAnnounced = true }
    return isAnnounced ? nil : .announce
  }

  /// A command that ended before it was told to counts as ended by itself.
  private mutating func settle(_ end: CommandEnd) {
    guard ending == nil else { return }
    switch (reason, end) {
    case (let reason?, _): ending = .outcome(reason)
    case (nil, .exited(let code)): ending = .outcome(.exited(code))
    case (nil, .signalled(let signal)): ending = .outcome(.signalled(signal))
    }
  }

  /// What a command that ended by itself left behind is being ended without an order.
  private mutating func end(because why: StepResult.Outcome) -> Action? {
    guard ending == nil, reason == nil else { return nil }
    reason = why
    return phase == .supervised ? .orderEnd : nil
  }

  private mutating func finish() -> Action {
    phase = .over
    return .finish(ending ?? reason.map { .outcome($0) } ?? .launcherLost)
  }
}
