internal import FlowdModel

/// What one object of a chat completion says: a piece of a stream, or the whole of an answer that is none.
struct ChatChunk: Equatable {
  /// Of the answer.
  var text = ""
  /// Of what the model thinks aloud.
  var thought = ""
  /// Of why it would not answer.
  var refusal = ""
  /// Empty: not said.
  var model = ""
  /// Empty: not said yet.
  var finishReason = ""
  var usage: ChatUsage?
  /// In place of all others.
  var error: JSONValue?

  init() {}

  init(_ json: JSONValue) {
    if let error = json["error"], error != .null {
      self.error = error
      return
    }
    model = json.text(at: "model")
    usage = json["usage"].flatMap(ChatUsage.init) ?? json["x_groq"]?["usage"].flatMap(ChatUsage.init)
    guard case .array(let choices)? = json["choices"], let choice = choices.first(where: \.isFirstChoice) else {
      return
    }
    finishReason = choice.text(at: "finish_reason")
    guard let part = choice["delta"] ?? choice["message"] else { return }
    text = part["content"].map(Self.content) ?? ""
    refusal = part.text(at: "refusal")
    thought = part.text(at: "reasoning_content")
    if thought.isEmpty { thought = part.text(at: "reasoning") }
  }

  /// A text, or a list of parts of which those with text count.
  private static func content(_ json: JSONValue) -> String {
    switch json {
    case .string(let text): text
    case .array(let parts): parts.map { $0.text(at: "text") }.joined()
    case .null, .bool, .number, .object: ""
    }
  }
}

/// Tokens as a server counts them.
struct ChatUsage: Equatable {
  var inputTokens: Int?
  var outputTokens: Int?

  init(inputTokens: Int?, outputTokens: Int?) {
    self.inputTokens = inputTokens
    self.outputTokens = outputTokens
  }

  init?(_ json: JSONValue) {
    inputTokens = json.count(at: "prompt_tokens")
    outputTokens = json.count(at: "completion_tokens")
    if inputTokens == nil, outputTokens == nil { return nil }
  }

  /// What two requests of one attempt used together.
  static func + (left: ChatUsage, right: ChatUsage) -> ChatUsage {
    ChatUsage(
      inputTokens: sum(left.inputTokens, right.inputTokens), outputTokens: sum(left.outputTokens, right.outputTokens))
  }

  private static func sum(_ left: Int?, _ right: Int?) -> Int? {
    guard let left, let right else { return left ?? right }
    let (sum, isTooLarge) = left.addingReportingOverflow(right)
    return isTooLarge ? nil : sum
  }
}

extension JSONValue {
  /// The text of a member; empty for anything else.
  func text(at name: String) -> String {
    if case .string(let text)? = self[name] { text } else { "" }
  }

  /// A number of a member that counts something.
  fileprivate func count(at name: String) -> Int? {
    guard case .number(let text)? = self[name], let count = Int(text), count >= 0 else { return nil }
    return count
  }

  /// Only one choice is asked for; servers that give more are taken at the first.
  fileprivate var isFirstChoice: Bool {
    guard case .number(let index)? = self["index"] else { return true }
    return index == "0"
  }
}
