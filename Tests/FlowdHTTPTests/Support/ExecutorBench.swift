import FlowdHTTP
import FlowdModel
import Testing

/// Secrets as a test names them.
struct NamedSecrets: SecretSource {
  var values: [String: String] = [:]

  func value(of secret: Secret) throws(SecretError) -> String {
    if let value = secret.value ?? values[secret.name] { return value }
    throw SecretError("the secret \(secret.name) is not set")
  }
}

/// An executor with a client and a folder of its own, and its reports.
final class ExecutorBench: Sendable {
  let client: HTTPClient
  let executor: HTTPExecutor
  let directory: String
  private let reports: Locked<[StepReport]>
  private let arrived: Semaphore
  private let lastAttempt = Locked(0)
  private let run = RunID(UUIDv7(high: 1, low: 2))

  init(_ directory: String, secrets: [String: String] = [:]) throws {
    let reports = Locked<[StepReport]>([])
    let arrived = Semaphore()
    client = try HTTPClient()
    executor = try HTTPExecutor(client: client, secrets: NamedSecrets(values: secrets), directory: directory) { new in
      reports.withLock { $0 += new }
      for _ in new { arrived.signal() }
    }
    self.directory = directory
    self.reports = reports
    self.arrived = arrived
  }

  deinit {
    executor.shutdown()
    client.shutdown()
  }

  var reportCount: Int { reports.withLock { $0.count } }

  func request(_ url: String, _ change: (inout HTTPRequest) -> Void = { _ in }) -> HTTPRequest {
    let number = lastAttempt.withLock { last in
      last += 1
      return last
    }
    var request = HTTPRequest(
      attempt: AttemptID(run: run, step: 3, attempt: number), runKey: 7, url: SecretText(url), timeout: .seconds(20))
    change(&request)
    return request
  }

  /// Sends a request and waits for its end.
  func run(_ request: HTTPRequest) -> StepResult {
    executor.start(request)
    return result(of: request.attempt)
  }

  func get(_ url: String, _ change: (inout HTTPRequest) -> Void = { _ in }) -> StepResult {
    run(request(url, change))
  }

  func result(of attempt: AttemptID) -> StepResult {
    for _ in 0..<10_000 {
      for report in reports.withLock({ $0 }) where report.attempt == attempt {
        if case .finished(let result) = report.kind { return result }
      }
      guard arrived.wait(milliseconds: 60_000) else { break }
    }
    Issue.record("the attempt did not end within 20 s")
    return StepResult(outcome: .notStarted("no report"))
  }
}

extension StepResult {
  var text: String { String(decoding: stdout, as: UTF8.self) }

  var status: Int? { if case .responded(let status, _) = outcome { status } else { nil } }

  var failure: HTTPFailure? { if case .requestFailed(let failure, _) = outcome { failure } else { nil } }

  var message: String { if case .requestFailed(_, let message) = outcome { message } else { "" } }
}

extension SecretText {
  static func secret(_ name: String, before: String = "", after: String = "") -> SecretText {
    SecretText([.text(before), .secret(Secret(name)), .text(after)])
  }
}
