internal import FlowdModel

/// One attempt under way: what has come of its response, and where it goes.
final class ActiveAttempt {
  let request: HTTPRequest
  let callID: HTTPCallID
  /// Why it has to end: a file could not be written.
  private(set) var problem: HTTPProblem?
  private let prepared: PreparedCall
  private let spoolDirectory: String
  private var head: HTTPHead?
  private var unacknowledgedBytes = 0
  private var stream: StreamRedactor
  private var captured: [UInt8] = []
  private var capturedIsCut = false
  /// The file that the step asks for, as the body came.
  private var saved: ReplacedFile?
  /// The whole body, redacted, when it is longer than what is captured.
  private var spooled: ReplacedFile?

  init(_ request: HTTPRequest, _ prepared: PreparedCall, _ callID: HTTPCallID, spoolDirectory: String) {
    self.request = request
    self.prepared = prepared
    self.callID = callID
    self.spoolDirectory = spoolDirectory
    stream = StreamRedactor(prepared.redactor)
  }

  /// The file of the step is written for a response that is not an error: no error page takes a good file's place.
  func take(_ head: HTTPHead) {
    self.head = head
    guard let path = request.saveTo, head.status < 400 else { return }
    attempt { () throws(HTTPProblem) in saved = try ReplacedFile(saving: path, umask: request.umask) }
  }

  func take(_ bytes: [UInt8]) {
    guard problem == nil else { return }
    attempt { () throws(HTTPProblem) in
      try saved?.write(bytes)
      try capture(stream.push(bytes))
    }
  }

  /// Counts bytes that were taken.
  ///
  /// - Returns: How many to acknowledge now: seldom, as the call's thread wakes up for it.
  func bytesToAcknowledge(adding count: Int) -> Int {
    unacknowledgedBytes += count
    guard unacknowledgedBytes >= prepared.call.unacknowledgedBytesMax / 4 else { return 0 }
    defer { unacknowledgedBytes = 0 }
    return unacknowledgedBytes
  }

  /// What is reported of the attempt; its files are in place.
  func finish(_ end: HTTPEnd, _ cookieProblem: HTTPProblem?) -> StepResult {
    if problem == nil { attempt { () throws(HTTPProblem) in try capture(stream.finish()) } }
    let file = problem == nil ? keepFiles(isComplete: end.result == .completed) : nil
    abandon()
    let exchange = ExchangeBuilder(request, prepared).exchange(end.info, head, file: file)
    return StepResult(
      outcome: outcome(end.result, cookieProblem), stdout: captured, stdoutTruncated: capturedIsCut,
      details: StepDetails(exchange: exchange))
  }

  /// Removes the files that are not in their place yet.
  func abandon() {
    saved?.abandon()
    spooled?.abandon()
  }

  private func outcome(_ result: HTTPEnd.Result, _ cookieProblem: HTTPProblem?) -> StepResult.Outcome {
    if let problem = problem ?? (result == .completed ? cookieProblem : nil) {
      return .requestFailed(problem.failure, prepared.redactor.redact(problem.message))
    }
    switch result {
    case .completed:
      let headers = head?.headers ?? []
      return .responded(status: head?.status ?? 0, retryAfter: RetryAfter.wait(headers, now: RetryAfter.now))
    case .failed(let failure, let message): return .requestFailed(failure, prepared.redactor.redact(message))
    case .timedOut: return .timedOut
    case .cancelled: return .cancelled
    }
  }

  private func capture(_ bytes: [UInt8]) throws(HTTPProblem) {
    guard !bytes.isEmpty else { return }
    let room = Limits.capturedOutputBytesMax - captured.count
    if bytes.count > room, spooled == nil {
      capturedIsCut = true
      // The file of the step has the whole already.
      if saved == nil {
        try PrivateDirectory.make(spoolDirectory)
        let file = try ReplacedFile(
          private: "\(spoolDirectory)/\(request.attempt.step)-\(request.attempt.attempt)")
        try file.write(captured)
        spooled = file
      }
    }
    captured += bytes.prefix(max(0, room))
    try spooled?.write(bytes)
  }

  private func keepFiles(isComplete: Bool) -> String? {
    var kept: String?
    attempt { () throws(HTTPProblem) in
      if let saved, isComplete {
        try saved.commit()
        kept = saved.path
      } else if let spooled {
        try spooled.commit()
        kept = spooled.path
      }
    }
    return kept
  }

  private func attempt(_ body: () throws(HTTPProblem) -> Void) {
    do throws(HTTPProblem) {
      try body()
    } catch {
      problem = problem ?? error
    }
  }
}
