package import FlowdModel

/// One attempt in hand of one agent.
///
/// Whoever makes one gives it a `report` closure. It is called from one thread at a time, in order, and must not call
/// the driver; `.finished` comes exactly once, last. All calls may come from any thread and never wait; those after the
/// end do nothing.
package protocol AgentDriver: AnyObject, Sendable {
  /// Called once, before anything else.
  func start()
  /// By force; `finished` follows with `.cancelled` and what was answered so far.
  func terminate()
  /// A person's answer to a permission question.
  func answer(question: String, _ option: String)
  /// Output was recorded: as much more may be produced.
  func acknowledge(bytes: Int)
}

/// Where a driver's reports go.
package typealias AgentReporter = @Sendable (StepReport.Kind) -> Void
