internal import FlowdModel

/// The client's side of one session of the Agent Client Protocol (version 1): lines and orders go in, what to do comes
/// out.
///
/// Both sides count the ids of their requests on their own. One request of this side is under way at a time.
struct ACPSession: Sendable {
  struct Options: Equatable, Sendable {
    /// Empty: whatever the agent has.
    var model = ""
    /// The agent was given the model as an argument.
    var isModelInCommand = false
    var workingDirectory: String
    var isReadOnly = true
    /// Empty: none is set.
    var readOnlyMode = ""
    var mayAsk = false
  }

  typealias Effect = AgentEffect

  enum Phase: Equatable, Sendable {
    case new, initializing, creating, settingModel, settingMode, prompting
    /// A turn has ended well; another may begin.
    case ready
    /// `session/cancel` was sent.
    case cancelling
    case over
  }

  struct PendingPermission: Equatable, Sendable {
    /// The agent's id of its request.
    var id: JSONValue
    var question: AgentQuestion
    /// In the order of the question's options.
    var optionIDs: [String]
    var rejectID: String?
  }

  struct ToolCall: Equatable, Sendable {
    var title: String
    var kind: String
    var status: String
  }

  let options: Options
  var phase = Phase.new
  var sessionID = ""
  var offer = ACPOffer()
  /// The model, or the mode, was set and confirmed: the agent must not leave it.
  var isModelConfirmed = false
  var isModeConfirmed = false
  var toolCalls: [String: ToolCall] = [:]
  var permissions: [PendingPermission] = []
  var questionCount = 0
  /// A tool was used since the last text.
  var isAfterTool = false
  var hasText = false

  private var prompt: String
  /// How the agent lets people log in.
  private var loginNames: [String] = []
  private var nextID = 0
  private var pendingID: Int?
  private var strayLines = 0
  private var requests = 0
  /// When the line in hand came.
  private var now = Timestamp(microsecondsSince1970: 0)

  init(prompt: String, options: Options) {
    self.prompt = prompt
    self.options = options
  }

  /// A person is asked; the agent may be silent.
  var isAsking: Bool { !permissions.isEmpty }
  /// There is no session yet.
  var isShakingHands: Bool {
    switch phase {
    case .new, .initializing, .creating, .settingModel, .settingMode: true
    case .prompting, .ready, .cancelling, .over: false
    }
  }

  /// A turn is being cancelled.
  var isCancelling: Bool { phase == .cancelling }
  /// Nothing comes of it any more.
  var isOver: Bool { phase == .over }

  // MARK: orders

  /// Begins: the first thing that the agent is sent.
  mutating func start() -> [Effect] {
    precondition(phase == .new, "a session is started once")
    phase = .initializing
    return [
      request(
        "initialize",
        .object([
          .init("protocolVersion", .number("1")),
          .init(
            "clientCapabilities",
            .object([
              .init("fs", .object([.init("readTextFile", .bool(false)), .init("writeTextFile", .bool(false))])),
              .init("terminal", .bool(false)),
            ])),
          .init("clientInfo", .object([.init("name", .string("flowd")), .init("version", .string("1"))])),
        ]))
    ]
  }

  /// Begins another turn after one that was answered.
  mutating func prompt(_ text: String) -> [Effect] {
    precondition(phase == .ready, "a turn begins when the last has ended")
    prompt = text
    return beginTurn()
  }

  /// Ends the turn: what is pending is answered, then the agent is told; `turnEnded` follows at once or with its
  /// answer.
  mutating func cancel() -> [Effect] {
    switch phase {
    case .over, .cancelling: return []
    case .new, .initializing, .creating, .settingModel, .settingMode, .ready:
      phase = .over
      return [.turnEnded(.cancelled)]
    case .prompting:
      var effects = cancelPermissions()
      phase = .cancelling
      effects.append(
        .send(
          RPCMessage.notification(method: "session/cancel", params: .object([.init("sessionId", .string(sessionID))]))
            .line))
      return effects
    }
  }

  /// The agent has ended while its turn was being cancelled.
  mutating func end() -> [Effect] {
    phase = .over
    return [.turnEnded(.cancelled)]
  }

  // MARK: what the agent sends

  /// Takes a line without its end.
  ///
  /// - Parameter now: What a time that the agent names is counted from.
  mutating func receive(_ line: [UInt8], now: Timestamp) -> [Effect] {
    self.now = now
    guard phase != .over else { return [] }
    guard let first = line.first(where: { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }) else { return [] }
    guard first == UInt8(ascii: "{") else { return takeStray(line) }
    let message: RPCMessage
    do {
      message = try RPCMessage(line: line)
    } catch {
      let shown = quoted(String(decoding: line.prefix(200), as: UTF8.self))
      return fail(.failed, "the agent broke its protocol: the line \(shown) \(error.message)")
    }
    switch message {
    case .notification(let method, let params):
      return method == "session/update" ? update(params) : []
    case .request(let id, let method, let params):
      return take(method, params, id: id)
    case .result(let id, let result):
      return isAnswer(id) ? take(result) : unasked(id, "")
    case .error(let id, let error):
      return isAnswer(id) ? take(error) : unasked(id, ": \(error.text)")
    }
  }

  /// Agents that log to standard output are put up with, up to a bound.
  private mutating func takeStray(_ line: [UInt8]) -> [Effect] {
    strayLines += 1
    guard strayLines <= Limits.agentStrayLinesMax else {
      return fail(
        .failed, "the agent wrote more than \(Limits.agentStrayLinesMax) lines that are no messages of its protocol")
    }
    return [.activity(AgentActivity(.notice, String(decoding: line, as: UTF8.self)))]
  }

  private mutating func take(_ method: String, _ params: JSONValue, id: JSONValue) -> [Effect] {
    requests += 1
    guard requests <= Limits.agentRequestsMax else {
      return fail(.failed, "the agent made more than \(Limits.agentRequestsMax) requests")
    }
    if method == "session/request_permission" { return requestPermission(params, id: id) }
    let error = RPCError(
      code: RPCError.methodNotFound, message: "Method not found", data: .object([.init("method", .string(method))]))
    return [.send(RPCMessage.refusal(of: id, error))]
  }

  // MARK: requests of this side

  mutating func request(_ method: String, _ params: JSONValue) -> Effect {
    defer { nextID += 1 }
    pendingID = nextID
    return .send(RPCMessage.request(id: .number(String(nextID)), method: method, params: params).line)
  }

  private mutating func isAnswer(_ id: Int?) -> Bool {
    guard let id, id == pendingID else { return false }
    pendingID = nil
    return true
  }

  /// An answer that comes twice is harmless, one to a request that was never made is not.
  private mutating func unasked(_ id: Int?, _ detail: String) -> [Effect] {
    if let id, (0..<nextID).contains(id) {
      return [.activity(AgentActivity(.notice, "the agent answered request \(id) twice\(detail)"))]
    }
    let name = id.map { "request \($0)" } ?? "a request"
    return fail(.failed, "the agent broke its protocol: it answered \(name) that was not made\(detail)")
  }

  private mutating func take(_ result: JSONValue) -> [Effect] {
    switch phase {
    case .initializing: return initialized(result)
    case .creating: return created(result)
    case .settingModel: return modelWasSet(result)
    case .settingMode: return modeWasSet(result)
    case .prompting, .cancelling: return turnEnded(result)
    case .new, .ready, .over: return []
    }
  }

  private mutating func initialized(_ result: JSONValue) -> [Effect] {
    guard result["protocolVersion"] == .number("1") else {
      let version = result["protocolVersion"]?.text ?? "none"
      return fail(.failed, "the agent speaks version \(version) of the Agent Client Protocol, and flowd version 1")
    }
    if case .array(let methods)? = result["authMethods"] {
      loginNames = methods.prefix(20).compactMap { ($0["name"] ?? $0["id"])?.plainText }
    }
    phase = .creating
    return [
      request(
        "session/new",
        .object([.init("cwd", .string(options.workingDirectory)), .init("mcpServers", .array([]))]))
    ]
  }

  /// Sends the prompt.
  mutating func beginTurn() -> [Effect] {
    phase = .prompting
    isAfterTool = false
    hasText = false
    let block = JSONValue.object([.init("type", .string("text")), .init("text", .string(prompt))])
    return [
      request(
        "session/prompt", .object([.init("sessionId", .string(sessionID)), .init("prompt", .array([block]))]))
    ]
  }

  private mutating func turnEnded(_ result: JSONValue) -> [Effect] {
    var effects = cancelPermissions()
    let usage = result["usage"].map(TokenCount.init) ?? TokenCount()
    if !usage.isEmpty { effects.append(.usage(usage)) }
    if phase == .cancelling {
      phase = .over
      return effects + [.turnEnded(.cancelled)]
    }
    guard let reason = result["stopReason"]?.plainText else {
      return effects + fail(.failed, "the agent broke its protocol: its turn ended without a stop reason")
    }
    guard let error = Self.error(stopReason: reason) else {
      phase = .ready
      return effects + [.turnEnded(.answered(stopReason: reason))]
    }
    phase = .over
    return effects + [.turnEnded(.failed(error, stopReason: reason))]
  }

  /// `nil`: the answer is whole.
  private static func error(stopReason: String) -> AgentError? {
    switch stopReason {
    case "end_turn": nil
    case "max_tokens": AgentError(.truncated, "the answer reached the number of tokens that it may have")
    case "max_turn_requests": AgentError(.truncated, "the agent reached the number of requests that a turn may have")
    case "refusal": AgentError(.refused, "the agent refused to answer")
    case "cancelled": AgentError(.failed, "the agent cancelled its turn by itself")
    default: AgentError(.failed, "the agent ended its turn with the unknown reason \(quoted(stopReason))")
    }
  }

  // MARK: failures

  mutating func fail(_ failure: AgentFailure, _ message: String) -> [Effect] {
    fail(AgentError(failure, message))
  }

  /// Ends the session; what is pending is answered.
  mutating func fail(_ error: AgentError) -> [Effect] {
    guard phase != .over else { return [] }
    let effects = cancelPermissions()
    phase = .over
    return effects + [.turnEnded(.failed(error, stopReason: ""))]
  }

  private mutating func take(_ error: RPCError) -> [Effect] {
    if phase == .cancelling {
      phase = .over
      return [.turnEnded(.cancelled)]
    }
    if error.code == RPCError.authenticationRequired {
      let ways = loginNames.isEmpty ? "" : " (\(loginNames.map { quoted($0) }.joined(separator: ", ")))"
      return fail(
        .unauthorized, "the agent is not logged in: \(error.text). Log in with the agent itself\(ways), then run again")
    }
    let message = "the agent could not \(task): \(error.text)"
    if phase == .settingModel || phase == .settingMode { return fail(.wrongModel, message) }
    if let known = FailureText.classify(error.text, now: now) {
      return fail(AgentError(known.failure, message, retryAfter: known.retryAfter))
    }
    return fail(.failed, message)
  }

  /// What is under way, for a sentence.
  private var task: String {
    switch phase {
    case .initializing: "be set up"
    case .creating: "begin a session"
    case .settingModel: "take the model \(quoted(options.model))"
    case .settingMode: "take the mode \(quoted(options.readOnlyMode))"
    case .new, .prompting, .ready, .cancelling, .over: "answer"
    }
  }
}
