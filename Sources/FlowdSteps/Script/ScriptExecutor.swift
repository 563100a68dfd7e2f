internal import FlowdLua
package import FlowdModel

/// Runs scripts in sandboxes, on a few threads of its own named `script-1`, `script-2`, ….
///
/// Of each attempt it reports `finished`, exactly once: `returned`, `raised`, `timedOut`, `cancelled`, or `notStarted`
/// when too many wait. Scripts wait for a thread in the order in which they came, and runs take turns, so that one with
/// many long scripts holds up no other for longer than one of them takes.
package final class ScriptExecutor: Sendable {
  private let board: ScriptBoard
  private let threads: [OwnThread]

  /// Starts the executor's threads.
  ///
  /// - Parameters:
  ///   - threads: Scripts that run at one time, at least 1.
  ///   - read: What earlier steps produced; called on the executor's threads.
  ///   - deliver: Called with what happened, on one of the executor's threads, or on that of a call of `start` or
  ///     `terminate` that ends an attempt at once; several at the same time. It only hands on.
  /// - Throws: `.system` when the process is short of threads; none is left then.
  package convenience init(
    threads: Int = Limits.scriptThreads, read: @escaping OutputReader,
    deliver: @escaping @Sendable ([StepReport]) -> Void
  ) throws(StepsError) {
    try self.init(
      threads: threads, waitingMax: Limits.waitingScriptsMax, limits: .script, read: read, deliver: deliver)
  }

  /// - Parameter limits: Of each script; a step's timeout takes the place of the deadline.
  init(
    threads count: Int, waitingMax: Int, limits: LuaLimits, read: @escaping OutputReader,
    deliver: @escaping @Sendable ([StepReport]) -> Void
  ) throws(StepsError) {
    precondition(count > 0, "scripts need a thread")
    let board = ScriptBoard(waitingMax: waitingMax, deliver: deliver)
    var threads: [OwnThread] = []
    for number in 1...count {
      do {
        threads.append(try OwnThread(named: "script-\(number)") { Self.work(at: board, limits, read) })
      } catch {
        Self.end(board, threads)
        throw .system(call: "pthread_create", code: error.code)
      }
    }
    self.board = board
    self.threads = threads
  }

  /// Scripts that wait and that run.
  var counts: (waiting: Int, running: Int) { board.counts }

  /// Starts a script, or lets it wait for a thread. Returns at once.
  ///
  /// - Parameter request: Of an attempt that was not started before. Its timeout counts from when it has a thread.
  package func start(_ request: ScriptRequest) { board.add(request) }

  /// Ends an attempt: a waiting one has finished as `cancelled` on return, a running one finishes so within
  /// milliseconds.
  ///
  /// One that has finished, or whose script ends by itself before it notices, is not changed.
  package func terminate(_ attempt: AttemptID) { board.terminate(attempt) }

  /// Stops all scripts and ends the threads; returns when they have ended, after milliseconds.
  ///
  /// Nothing is delivered any more, so attempts cut off here look like those that a crash cut off. Not to be called from
  /// `deliver`. Later calls of any method do nothing.
  package func shutdown() { Self.end(board, threads) }

  private static func end(_ board: ScriptBoard, _ threads: [OwnThread]) {
    board.shutDown(threads: threads.count)
    for thread in threads { thread.join() }
  }

  // MARK: the threads

  private static func work(at board: ScriptBoard, _ limits: LuaLimits, _ read: @escaping OutputReader) {
    while true {
      switch board.next() {
      case .run(let request, let stop): board.finish(request.attempt, run(request, stop, limits, read))
      case .nothing: continue
      case .end: return
      }
    }
  }

  private static func run(
    _ request: ScriptRequest, _ stop: ScriptStop, _ limits: LuaLimits, _ read: @escaping OutputReader
  ) -> StepResult.Outcome {
    var limits = limits
    if request.timeout != nil { limits.deadline = nil }
    let outcome: StepResult.Outcome
    do {
      outcome = Self.outcome(
        of: try LuaScript.run(request, limits: limits, read: read, isCancelled: stop.isDue), request)
    } catch {
      outcome = .raised(error)
    }
    switch stop.cause {
    case .ordered: return .cancelled
    case .timedOut: return .timedOut
    case nil: return outcome
    }
  }

  /// Measured here, so that a result too large for a step never reaches the loop.
  private static func outcome(of value: JSONValue, _ request: ScriptRequest) -> StepResult.Outcome {
    let size = JSONWriter.bytes(of: value, .compact).count
    guard size > Limits.resultBytesMax else { return .returned(value) }
    let message = "its result takes \(size) bytes as JSON; at most \(Limits.resultBytesMax) are allowed"
    return .raised(ExpressionError(.exhausted, message, line: request.firstLine))
  }
}
