import FlowdHTTP
import FlowdModel
import FlowdSteps
import Glibc
import Testing

@testable import FlowdAgents

/// An agent executor with real launchers, and all that it reported.
final class Agents: Sendable {
  let executor: AgentExecutor
  let folder: TemporaryFolder
  private let client: HTTPClient
  private let log: AgentLog

  /// - Parameter acknowledges: Whether output is acknowledged as soon as it is delivered.
  init(
    acknowledges: Bool = true, agentsMax: Int = Limits.agentsMax, hidden: [String] = [],
    secrets: [String: String] = [:], directory: String? = nil
  ) throws {
    let log = AgentLog()
    folder = try TemporaryFolder()
    client = try HTTPClient()
    executor = try AgentExecutor(
      launcherPath: Self.launcherPath, client: client, secrets: KnownSecrets(values: secrets),
      directory: directory ?? "\(folder.path)/agents", hiddenPaths: hidden, agentsMax: agentsMax
    ) { log.add($0) }
    if acknowledges { log.acknowledge(to: executor) }
    self.log = log
  }

  deinit {
    executor.shutdown()
    client.shutdown()
  }

  /// Where the build puts it: next to the test bundle.
  static let launcherPath: String = {
    var path = [CChar](repeating: 0, count: 4_096)
    let length = readlink("/proc/self/exe", &path, path.count - 1)
    let bundle = String(decoding: path.prefix(max(0, length)).map(UInt8.init(bitPattern:)), as: UTF8.self)
    return bundle.prefix(upTo: bundle.lastIndex(of: "/") ?? bundle.startIndex) + "/flowd-launch"
  }()

  /// A request for an agent whose program is this shell script.
  func request(
    shell script: String, _ change: (inout AgentCommand, inout AgentRequest) -> Void = { _, _ in }
  ) -> AgentRequest {
    request(command: ["/bin/sh", "-c", script], change)
  }

  /// The same for a Python program.
  func request(
    python program: String, _ change: (inout AgentCommand, inout AgentRequest) -> Void = { _, _ in }
  ) -> AgentRequest {
    request(command: ["/usr/bin/env", "python3", "-u", "-c", program], change)
  }

  func request(
    command words: [String], _ change: (inout AgentCommand, inout AgentRequest) -> Void = { _, _ in }
  ) -> AgentRequest {
    var command = AgentCommand(command: words)
    let provider = ProviderDefinition(id: "tester")
    var request = AgentRequest(
      attempt: .unique(), provider: provider, model: "m-1", prompt: "the prompt",
      environment: ["PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8"], workingDirectory: folder.path)
    change(&command, &request)
    request.provider.kind = .agent(command)
    return request
  }

  func start(_ request: AgentRequest) -> AttemptID {
    executor.start(request)
    return request.attempt
  }

  func reports(of attempt: AttemptID) -> [StepReport.Kind] { log.reports(of: attempt) }

  /// Attempts in the order in which they finished.
  var finished: [AttemptID] { log.finished }

  /// What was streamed so far.
  func text(of attempt: AttemptID, _ stream: OutputChunk.Stream = .standardOutput) -> String {
    String(
      decoding: reports(of: attempt).flatMap { kind -> [UInt8] in
        if case .output(let chunk) = kind, chunk.stream == stream { chunk.text } else { [] }
      }, as: UTF8.self)
  }

  func activities(of attempt: AttemptID, _ kind: AgentActivity.Kind) -> [String] {
    reports(of: attempt).compactMap {
      if case .activity(let activity) = $0, activity.kind == kind { activity.text } else { nil }
    }
  }

  func questions(of attempt: AttemptID) -> [AgentQuestion] {
    reports(of: attempt).compactMap { if case .asked(let question) = $0 { question } else { nil } }
  }

  func resultIfFinished(_ attempt: AttemptID) -> StepResult? {
    if case .finished(let result)? = reports(of: attempt).last { result } else { nil }
  }

  /// Waits for the end, and checks what holds for every attempt: `finished` once and last, no process left.
  func result(
    of attempt: AttemptID, within limit: Duration = .seconds(20), location: SourceLocation = #_sourceLocation
  ) async throws -> StepResult {
    try await eventually("the attempt has finished", within: limit, location) { self.resultIfFinished(attempt) != nil }
    let ends = reports(of: attempt).filter { if case .finished = $0 { true } else { false } }
    #expect(ends.count == 1, sourceLocation: location)
    try await eventually("no process is left", location) { processes(of: attempt).isEmpty }
    return try #require(resultIfFinished(attempt), sourceLocation: location)
  }

  func result(
    _ request: AgentRequest, within limit: Duration = .seconds(20), location: SourceLocation = #_sourceLocation
  ) async throws -> StepResult {
    try await result(of: start(request), within: limit, location: location)
  }

  /// Living processes that carry the attempt's token.
  func processes(of attempt: AttemptID) -> [Int32] {
    let token = Array("FLOWD_ATTEMPT=\(attempt.run)/\(attempt.step)/\(attempt.attempt)".utf8)
    return TemporaryFolder.names(in: "/proc").compactMap { Int32($0) }.filter { pid in
      guard let environment = TemporaryFolder.bytes(of: "/proc/\(pid)/environ") else { return false }
      return environment.split(separator: 0).contains { $0.elementsEqual(token) }
    }
  }
}

struct KnownSecrets: SecretSource {
  var values: [String: String]

  func value(of secret: Secret) throws(SecretError) -> String {
    guard let value = secret.value ?? values[secret.name] else { throw SecretError("secret \(secret.name) is not set") }
    return value
  }
}

/// Reports by attempt; any thread may read, the executor's threads write.
private final class AgentLog: Sendable {
  private struct State: Sendable {
    var reports: [AttemptID: [StepReport.Kind]] = [:]
    var finished: [AttemptID] = []
    var executor: Weak?
  }

  private struct Weak: Sendable {
    weak let executor: AgentExecutor?
  }

  private let state = Locked(State())

  func acknowledge(to executor: AgentExecutor) { state.withLock { $0.executor = Weak(executor: executor) } }

  func reports(of attempt: AttemptID) -> [StepReport.Kind] { state.withLock { $0.reports[attempt] ?? [] } }

  var finished: [AttemptID] { state.withLock { $0.finished } }

  func add(_ batch: [StepReport]) {
    let executor = state.withLock { state in
      for report in batch {
        state.reports[report.attempt, default: []].append(report.kind)
        if case .finished = report.kind { state.finished.append(report.attempt) }
      }
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
