import FlowdLua
import FlowdModel
import Testing

@testable import FlowdSteps

/// An executor of scripts, and all that it reported.
final class Scripts: Sendable {
  let executor: ScriptExecutor
  private let log: Locked<[StepReport]>

  init(threads: Int = 2, waitingMax: Int = Limits.waitingScriptsMax, limits: LuaLimits = .script) throws {
    let log = Locked<[StepReport]>([])
    executor = try ScriptExecutor(
      threads: threads, waitingMax: waitingMax, limits: limits, read: { _, _ in StepOutput() }
    ) { batch in
      log.withLock { $0 += batch }
    }
    self.log = log
  }

  deinit { executor.shutdown() }

  /// Limits that a script has to be stopped before.
  static let patient = LuaLimits(
    memoryBytes: Limits.scriptMemoryBytesMax, instructions: .max / 4, deadline: .seconds(600))

  static let endless = "while true do end"

  @discardableResult func start(
    _ source: String, as attempt: AttemptID = .unique(), firstLine: Int = 0, values: [JSONValue.Member] = [],
    steps: [ReadableStep] = [], progress: RunProgress = .good, timeout: Duration? = nil
  ) -> AttemptID {
    executor.start(
      ScriptRequest(
        attempt: attempt, source: source, firstLine: firstLine, values: values, steps: steps,
        now: Timestamp(microsecondsSince1970: 1_700_000_000_000_000), progress: progress, timeout: timeout))
    return attempt
  }

  /// Attempts in the order in which they finished.
  var finished: [AttemptID] { log.withLock { $0.map(\.attempt) } }

  func outcomes(of attempt: AttemptID) -> [StepResult.Outcome] {
    log.withLock { reports in
      reports.filter { $0.attempt == attempt }.compactMap {
        if case .finished(let result) = $0.kind { result.outcome } else { nil }
      }
    }
  }

  /// Waits until so many attempts have finished.
  func finish(_ count: Int, location: SourceLocation = #_sourceLocation) async throws {
    try await eventually("\(count) have finished", within: .seconds(60), location) { self.finished.count >= count }
  }

  /// Waits for the end, which is reported once.
  func outcome(
    of attempt: AttemptID, location: SourceLocation = #_sourceLocation
  ) async throws -> StepResult.Outcome {
    try await eventually("the script has finished", within: .seconds(60), location) {
      !self.outcomes(of: attempt).isEmpty
    }
    #expect(outcomes(of: attempt).count == 1, sourceLocation: location)
    return try #require(outcomes(of: attempt).first, sourceLocation: location)
  }

  /// Waits until so many scripts run.
  func running(_ count: Int, location: SourceLocation = #_sourceLocation) async throws {
    try await eventually("\(count) run", location) { self.executor.counts.running == count }
  }
}
