internal import FlowdHTTP
internal import FlowdModel

/// What is sent to an OpenAI-compatible server for one attempt: the messages so far, and what the provider adds.
struct ChatRequest {
  struct Message: Equatable {
    enum Role: String, Equatable {
      case system, user, assistant
    }

    var role: Role
    var content: String
  }

  var messages: [Message]
  /// Some servers refuse to be asked for the usage.
  var asksForUsage = true

  private let model: String
  private let provider: OpenAIProvider

  init(_ request: AgentRequest, _ provider: OpenAIProvider) {
    model = request.model
    self.provider = provider
    messages = [Message(role: .user, content: request.prompt)]
    let system = Self.system(of: request)
    if !system.isEmpty { messages.insert(Message(role: .system, content: system), at: 0) }
  }

  /// What the model is told it is, and the form that its answer shall have.
  static func system(of request: AgentRequest) -> String {
    let form = request.output == .json ? AnswerJudge.instruction(schema: request.schema) : ""
    return [request.system, form].filter { !$0.isEmpty }.joined(separator: "\n\n")
  }

  /// - Parameters:
  ///   - headers: The provider's, with their secrets.
  ///   - key: Sent as a bearer token, and in no other way.
  func call(headers: [HTTPCall.Header], key: String?, policy: NetworkPolicy) -> HTTPCall {
    var all = [
      HTTPCall.Header("Content-Type", "application/json"),
      HTTPCall.Header("Accept", "text/event-stream, application/json"),
    ]
    all.removeAll { own in headers.contains { $0.name.lowercased() == own.name.lowercased() } }
    return HTTPCall(
      method: "POST", url: url, headers: all + headers, body: .bytes(JSONWriter.bytes(of: body, .compact)),
      bodyIsSecret: true, auth: key.map(HTTPCall.Auth.bearer), redirectsMax: 0,
      bodyBytesMax: Limits.agentStreamBytesMax, silence: provider.silenceMax, policies: [policy])
  }

  /// `/chat/completions` goes before what follows a `?`.
  private var url: String {
    let parts = provider.baseURL.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    var base = parts.first ?? ""
    while base.hasSuffix("/") { base = base.dropLast() }
    let query = parts.count > 1 ? "?\(parts[1])" : ""
    return "\(base)/chat/completions\(query)"
  }

  /// A parameter of the provider takes the place of one here, null takes it out; the model and the messages stay.
  private var body: JSONValue {
    var members: [JSONValue.Member] = [.init("stream", .bool(true))]
    if asksForUsage {
      members.append(.init("stream_options", .object([.init("include_usage", .bool(true))])))
    }
    for parameter in provider.parameters {
      members.removeAll { $0.name == parameter.name }
      if parameter.value != .null { members.append(parameter) }
    }
    members.removeAll { $0.name == "model" || $0.name == "messages" }
    let list = messages.map { message in
      JSONValue.object([
        .init("role", .string(message.role.rawValue)), .init("content", .string(message.content)),
      ])
    }
    return .object([.init("model", .string(model)), .init("messages", .array(list))] + members)
  }
}
