import FlowdModel
import Glibc
import Testing

@testable import FlowdSteps

/// An executor with real launchers, and all that it reported.
final class Steps: Sendable {
  let executor: CommandExecutor
  private let log: ReportLog

  /// - Parameter acknowledges: Whether output is acknowledged as soon as it is delivered.
  init(
    acknowledges: Bool = true, launcherPath: String = Steps.launcherPath,
    _ change: (inout CommandExecutor.Options) -> Void = { _ in }
  ) throws {
    var options = CommandExecutor.Options()
    options.grace = .milliseconds(500)
    options.leftoverGrace = .milliseconds(300)
    change(&options)
    let log = ReportLog()
    executor = try CommandExecutor(launcherPath: launcherPath, options: options) { log.add($0) }
    if acknowledges { log.acknowledge(to: executor) }
    self.log = log
  }

  deinit { executor.shutdown() }

  /// Where the build puts it: next to the test bundle.
  static let launcherPath: String = {
    var path = [CChar](repeating: 0, count: 4_096)
    let length = readlink("/proc/self/exe", &path, path.count - 1)
    let bundle = String(decoding: path.prefix(max(0, length)).map(UInt8.init(bitPattern:)), as: UTF8.self)
    return bundle.prefix(upTo: bundle.lastIndex(of: "/") ?? bundle.startIndex) + "/flowd-launch"
  }()

  /// Starts `sh -c script` and returns its attempt.
  func start(shell script: String, timeout: Duration? = nil) -> AttemptID {
    start(["/bin/sh", "-c", script], timeout: timeout)
  }

  func start(
    _ arguments: [String], environment: [String] = ["PATH=/usr/local/bin:/usr/bin:/bin"],
    directory: String = "/", umask: FileMask = .ownerOnly, timeout: Duration? = nil, input: CommandInput = .none,
    confinement: Confinement? = nil,
    secrets: [EnvironmentSecret] = [], redacted: [String] = []
  ) -> AttemptID {
    let attempt = AttemptID.unique()
    executor.start(
      CommandRequest(
        attempt: attempt, arguments: arguments, environment: environment, workingDirectory: directory,
        umask: umask, timeout: timeout, input: input, confinement: confinement, secrets: secrets, redacted: redacted))
    return attempt
  }

  func reports(of attempt: AttemptID) -> [StepReport.Kind] { log.reports(of: attempt) }

  /// What was streamed of one stream so far.
  func text(of attempt: AttemptID, _ stream: OutputChunk.Stream = .standardOutput) -> String {
    String(decoding: chunks(of: attempt).filter { $0.stream == stream }.flatMap(\.text), as: UTF8.self)
  }

  func chunks(of attempt: AttemptID) -> [OutputChunk] {
    reports(of: attempt).compactMap { if case .output(let chunk) = $0 { chunk } else { nil } }
  }

  func launcher(of attempt: AttemptID) -> ProcessIdentity? {
    if case .launched(let identity)? = reports(of: attempt).first { identity } else { nil }
  }

  func resultIfFinished(_ attempt: AttemptID) -> StepResult? {
    if case .finished(let result)? = reports(of: attempt).last { result } else { nil }
  }

  /// Waits for the end, and checks what holds for every attempt: `launched` first, `finished` once and last, no process left.
  func result(
    of attempt: AttemptID, within limit: Duration = .seconds(20), location: SourceLocation = #_sourceLocation
  ) async throws -> StepResult {
    try await eventually("the attempt has finished", within: limit, location) { self.resultIfFinished(attempt) != nil }
    let kinds = reports(of: attempt)
    let finished = kinds.filter { if case .finished = $0 { true } else { false } }
    let launched = kinds.filter { if case .launched = $0 { true } else { false } }
    #expect(finished.count == 1, sourceLocation: location)
    let isStarted = if case .launched? = kinds.first { true } else { false }
    #expect(launched.count == (isStarted ? 1 : 0), sourceLocation: location)
    #expect(isStarted || kinds.count == 1, sourceLocation: location)
    if isStarted {
      #expect(processes(of: attempt) == [], sourceLocation: location)
    } else {
      // The launcher is not known then, and may be about to exit.
      try await eventually("the launcher is gone", location) { processes(of: attempt) == [] }
    }
    return try #require(resultIfFinished(attempt), sourceLocation: location)
  }

  /// Living processes that carry the attempt's token.
  func processes(of attempt: AttemptID) -> [ProcessIdentity]? {
    // The launcher carries it too; after its last message it needs some microseconds to exit.
    OrphanScan(attempts: [attempt]).run()?.filter { $0 != launcher(of: attempt) }
  }
}

/// Reports by attempt; any thread may read, the executor's thread writes.
private final class ReportLog: Sendable {
  private struct State: Sendable {
    var reports: [AttemptID: [StepReport.Kind]] = [:]
    var executor: Weak?
  }

  private struct Weak: Sendable {
    weak let executor: CommandExecutor?
  }

  private let state = Locked(State())

  func acknowledge(to executor: CommandExecutor) { state.withLock { $0.executor = Weak(executor: executor) } }

  func reports(of attempt: AttemptID) -> [StepReport.Kind] { state.withLock { $0.reports[attempt] ?? [] } }

  func add(_ batch: [StepReport]) {
    let executor = state.withLock { state in
      for report in batch { state.reports[report.attempt, default: []].append(report.kind) }
      return state.executor?.executor
    }
    for case (let attempt, .output(let chunk)) in batch.map({ ($0.attempt, $0.kind) }) {
      executor?.acknowledge(attempt, bytes: chunk.text.count)
    }
  }
}

extension AttemptID {
  static func unique() -> AttemptID {
    let time = Timestamp(microsecondsSince1970: 1_700_000_000_000_000)
    let run = RunID(UUIDv7(at: time, random: (.random(in: 0...UInt64.max), .random(in: 0...UInt64.max))))
    return AttemptID(run: run, step: 3, attempt: 1)
  }
}

extension ProcessIdentity {
  /// Also a zombie is not alive.
  var isAlive: Bool { ProcessStatus(of: pid).map { $0.identity == self && !$0.isZombie } ?? false }
}
