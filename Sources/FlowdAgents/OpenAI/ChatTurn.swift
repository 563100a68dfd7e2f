internal import FlowdHTTP
internal import FlowdModel

/// One request of an attempt and the response to it, as far as it has come.
struct ChatTurn {
  /// What is known of the response.
  private enum Response {
    case none
    case stream(ChatStream)
    /// Not a success; its body, as far as it is of use.
    case error(HTTPHead, body: [UInt8])
  }

  private var response = Response.none
  private let clock: @Sendable () -> Timestamp

  init(clock: @escaping @Sendable () -> Timestamp) { self.clock = clock }

  /// As far as the response says.
  var model: String { stream?.model ?? "" }
  var finishReason: String { stream?.finishReason ?? "" }
  var usage: TokenCount? { stream?.usage }
  /// The answer is all there, whatever may still come.
  var isDone: Bool { stream?.isDone ?? false }

  private var stream: ChatStream? { if case .stream(let stream) = response { stream } else { nil } }

  /// Takes the head of the response.
  mutating func begin(_ head: HTTPHead) throws(AgentError) {
    guard (200..<300).contains(head.status) else {
      response = .error(head, body: [])
      return
    }
    let type = head.value(of: "content-type") ?? ""
    guard !type.lowercased().hasPrefix("text/html") else {
      throw AgentError(.rejected, "\(head.url) answers with a page for people; does base-url end in /v1?")
    }
    response = .stream(ChatStream(contentType: type, clock: clock))
  }

  /// Takes a piece of the body.
  ///
  /// - Parameter pieces: What it completes is appended; also when an error follows it.
  mutating func push(_ bytes: [UInt8], to pieces: inout [ChatStream.Piece]) throws(AgentError) {
    switch response {
    case .none: return
    case .stream(var stream):
      // Held once only, so that nothing is copied.
      response = .none
      defer { response = .stream(stream) }
      try stream.push(bytes, to: &pieces)
    case .error(let head, var body):
      response = .none
      body += bytes.prefix(Limits.agentErrorBytesMax - body.count)
      response = .error(head, body: body)
    }
  }

  /// The response has ended.
  ///
  /// - Parameter hasText: Whether the answer had begun.
  /// - Throws: Why it is no answer, or not a whole one.
  mutating func finish(
    _ result: HTTPEnd.Result, hasText: Bool, to pieces: inout [ChatStream.Piece]
  ) throws(AgentError) {
    switch response {
    case .none: throw Self.broken(result, hasText: hasText, "the server sent no answer")
    case .error(let head, let body):
      throw OpenAIErrors.response(status: head.status, headers: head.headers, body: body, now: clock())
    case .stream(var stream):
      response = .none
      defer { response = .stream(stream) }
      if result == .completed { try stream.finish(to: &pieces) }
      guard stream.isComplete else {
        let hasText = hasText || pieces.contains(where: \.isText)
        throw Self.broken(result, hasText: hasText, "the stream ended without a finish reason and without [DONE]")
      }
      try Self.check(stream)
    }
  }

  private static func broken(_ result: HTTPEnd.Result, hasText: Bool, _ words: String) -> AgentError {
    switch result {
    case .completed, .timedOut, .cancelled: AgentError(hasText ? .truncated : .unavailable, words)
    case .failed(let failure, let message): OpenAIErrors.request(failure, message)
    }
  }

  /// What the reasons to finish mean for a whole answer.
  private static func check(_ stream: ChatStream) throws(AgentError) {
    if !stream.refusal.isEmpty { throw AgentError(.refused, "the model refuses: \(stream.refusal)") }
    switch stream.finishReason {
    case "length", "max_tokens":
      throw AgentError(
        .truncated, "the answer reached the longest length that the server allows (finish reason length)")
    case "content_filter": throw AgentError(.refused, "the server's content filter ended the answer")
    case "tool_calls", "function_call":
      throw AgentError(.failed, "the model asked for a tool, and it was offered none (finish reason tool_calls)")
    case "error": throw AgentError(.failed, "the server ended the answer with an error it does not name")
    default: return
    }
  }
}

extension ChatStream.Piece {
  fileprivate var isText: Bool { if case .text = self { true } else { false } }
}
