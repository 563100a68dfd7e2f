import FlowdHTTP
import FlowdModel
import FlowdSteps
import Glibc
import Testing

@testable import FlowdAgents

/// Secrets that a test gives.
struct GivenSecrets: SecretSource {
  var values: [String: String] = [:]

  func value(of secret: Secret) throws(SecretError) -> String {
    guard let value = secret.value ?? values[secret.name] else { throw SecretError("secret \(secret.name) is not set") }
    return value
  }
}

/// What all drivers of a test share.
final class Chats: Sendable {
  let client: HTTPClient
  let clock: AlarmClock

  init() throws {
    client = try HTTPClient()
    clock = try AlarmClock()
  }

  deinit {
    client.shutdown()
    clock.shutdown()
  }

  /// Starts an attempt against a server.
  func start(
    _ server: ChatServer, acknowledges: Bool = true, secrets: [String: String] = [:],
    provider change: (inout OpenAIProvider) -> Void = { _ in }, _ changeRequest: (inout AgentRequest) -> Void = { _ in }
  ) -> Chat {
    var provider = OpenAIProvider(baseURL: server.baseURL)
    change(&provider)
    let run = RunID(UUIDv7(at: Timestamp(microsecondsSince1970: 1_700_000_000_000_000), random: (1, 2)))
    var request = AgentRequest(
      attempt: AttemptID(run: run, step: 1, attempt: 1),
      provider: ProviderDefinition(id: "local", kind: .openAI(provider)), model: "small", prompt: "Say something",
      workingDirectory: "/")
    changeRequest(&request)
    let log = ChatLog(acknowledges: acknowledges)
    let driver = OpenAIDriver(
      request, provider, client: client, secrets: GivenSecrets(values: secrets), clock: clock
    ) { log.add($0) }
    log.attach(driver)
    driver.start()
    return Chat(driver: driver, log: log)
  }
}

/// One attempt, and all that it reported.
struct Chat {
  let driver: OpenAIDriver
  let log: ChatLog

  var text: String { String(decoding: log.chunks.flatMap(\.text), as: UTF8.self) }

  /// Waits for the end, and checks what holds for every attempt.
  func result(location: SourceLocation = #_sourceLocation) async throws -> StepResult {
    try await eventually("the attempt has finished", location) { log.result != nil }
    let finished = log.kinds.filter { if case .finished = $0 { true } else { false } }
    #expect(finished.count == 1, sourceLocation: location)
    var offset: UInt64 = 0
    for chunk in log.chunks {
      #expect(chunk.offset == offset, sourceLocation: location)
      #expect(chunk.text.count <= Limits.outputChunkBytesMax, sourceLocation: location)
      offset += UInt64(chunk.text.count)
    }
    return try #require(log.result, sourceLocation: location)
  }

  /// Waits for a failure.
  func failure(location: SourceLocation = #_sourceLocation) async throws -> (AgentError, StepResult) {
    let result = try await result(location: location)
    guard case .agentFailed(let failure, let message, let wait) = result.outcome else {
      Issue.record("\(result.outcome)", sourceLocation: location)
      throw NeverHappened(description: "a failure")
    }
    return (AgentError(failure, message, retryAfter: wait), result)
  }
}

/// Reports of an attempt; any thread may read.
final class ChatLog: Sendable {
  private struct State: Sendable {
    var kinds: [StepReport.Kind] = []
    weak var driver: OpenAIDriver?
    var acknowledges: Bool
    var unacknowledged = 0
    var isPaying = false
  }

  private let state: Locked<State>
  private let pays = Semaphore()

  init(acknowledges: Bool) {
    state = Locked(State(acknowledges: acknowledges))
    // A driver may not be called from its reports.
    _ = try? OwnThread(named: "acknowledge") { [weak self, pays] in
      while true {
        pays.wait()
        guard self?.pay() == true else { return }
      }
    }
  }

  deinit { pays.signal() }

  func attach(_ driver: OpenAIDriver) { state.withLock { $0.driver = driver } }

  var kinds: [StepReport.Kind] { state.withLock { $0.kinds } }
  var chunks: [OutputChunk] { kinds.compactMap { if case .output(let chunk) = $0 { chunk } else { nil } } }
  var activities: [AgentActivity] { kinds.compactMap { if case .activity(let made) = $0 { made } else { nil } } }
  var result: StepResult? { if case .finished(let result)? = kinds.last { result } else { nil } }

  func add(_ kind: StepReport.Kind) {
    state.withLock { state in
      state.kinds.append(kind)
      if case .output(let chunk) = kind { state.unacknowledged += chunk.text.count }
    }
    pays.signal()
  }

  /// Acknowledges what there is, and from now on whatever comes.
  func acknowledgeAll() {
    state.withLock { $0.acknowledges = true }
    pays.signal()
  }

  private func pay() -> Bool {
    let (driver, bytes) = state.withLock { state in
      guard state.acknowledges else { return (state.driver, 0) }
      defer { state.unacknowledged = 0 }
      return (state.driver, state.unacknowledged)
    }
    if bytes > 0 { driver?.acknowledge(bytes: bytes) }
    return true
  }
}

/// A chunk of a stream with a piece of the answer.
func delta(_ text: String, finish: String? = nil, model: String = "small") -> String {
  let reason = finish.map { "\"\($0)\"" } ?? "null"
  let content = JSONValue.string(text).text
  return #"{"id": "1", "object": "chat.completion.chunk", "model": "\#(model)", "choices": [{"index": 0, "#
    + #""delta": {"content": \#(content)}, "finish_reason": \#(reason)}]}"#
}
