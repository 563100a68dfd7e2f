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
  var usage: TokenCount?
  /// In place of all others.
  var error: JSONValue?

  init() {}

  init(_ json: JSONValue) {
    if let error = json["error"], error != .null {
      self.error = error
      return
    }
    model = json.text(at: "model")
    usage = Self.usage(json["usage"]) ?? Self.usage(json["x_groq"]?["usage"])
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

  private static func usage(_ json: JSONValue?) -> TokenCount? {
    guard let count = json.map(TokenCount.init), !count.isEmpty else { return nil }
    return count
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

extension JSONValue {
  /// The text of a member; empty for anything else.
  func text(at name: String) -> String {
    if case .string(let text)? = self[name] { text } else { "" }
  }

  /// Only one choice is asked for; servers that give more are taken at the first.
  fileprivate var isFirstChoice: Bool {
    guard case .number(let index)? = self["index"] else { return true }
    return index == "0"
  }
}
