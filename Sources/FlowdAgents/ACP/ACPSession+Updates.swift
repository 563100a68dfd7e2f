internal import FlowdModel

/// `session/update`: what the agent does while it answers.
extension ACPSession {
  mutating func update(_ params: JSONValue) -> [Effect] {
    guard params["sessionId"]?.plainText == sessionID, let update = params["update"] else { return [] }
    switch update["sessionUpdate"]?.plainText {
    case "agent_message_chunk": return message(update["content"])
    case "agent_thought_chunk": return Self.text(of: update["content"]).map { [.thought($0)] } ?? []
    case "tool_call": return toolCall(update, isNew: true)
    case "tool_call_update": return toolCall(update, isNew: false)
    case "plan": return Self.plan(update["entries"])
    case "usage_update": return Self.usage(update)
    case "current_mode_update": return update["currentModeId"]?.plainText.map { modeChanged(to: $0) } ?? []
    case "config_option_update": return optionsChanged(update["configOptions"])
    default: return []
    }
  }

  /// Text outside of a turn is no part of the answer.
  private mutating func message(_ content: JSONValue?) -> [Effect] {
    guard phase == .prompting || phase == .cancelling else { return [] }
    guard let text = Self.text(of: content) else {
      let type = content?["type"]?.plainText ?? "nothing"
      return [.activity(AgentActivity(.notice, "a part of the answer is \(quoted(type)), no text"))]
    }
    guard !text.isEmpty else { return [] }
    defer {
      isAfterTool = false
      hasText = true
    }
    return isAfterTool && hasText ? [.nextMessage, .text(text)] : [.text(text)]
  }

  private static func text(of content: JSONValue?) -> String? {
    content?["type"]?.plainText == "text" ? content?["text"]?.plainText : nil
  }

  private mutating func toolCall(_ update: JSONValue, isNew: Bool) -> [Effect] {
    guard let id = update["toolCallId"]?.plainText else { return [] }
    isAfterTool = true
    let before = toolCalls[id]
    let call = note(update, id: id)
    // An update tells of more content most of the time; its end is what people want to know.
    guard isNew || before?.status != call.status || before?.title != call.title else { return [] }
    let status = call.status.isEmpty || call.status == "pending" ? "" : ": \(call.status)"
    return [.activity(AgentActivity(.toolCall, call.name + status))]
  }

  /// Keeps what is known of a tool call; past the bound what is not known yet is not kept.
  @discardableResult
  mutating func note(_ update: JSONValue, id: String) -> ToolCall {
    var call = toolCalls[id] ?? ToolCall(title: "", kind: "", status: "")
    if let title = update["title"]?.plainText { call.title = String(title.prefix(1_000)) }
    if let kind = update["kind"]?.plainText { call.kind = String(kind.prefix(100)) }
    if let status = update["status"]?.plainText { call.status = String(status.prefix(100)) }
    if toolCalls[id] != nil || toolCalls.count < Limits.agentToolCallsMax, id.utf8.count <= Limits.pathBytesMax {
      toolCalls[id] = call
    }
    return call
  }

  private static func plan(_ entries: JSONValue?) -> [Effect] {
    guard case .array(let entries)? = entries else { return [] }
    let lines = entries.compactMap { entry in
      entry["content"]?.plainText.map { content in
        switch entry["status"]?.plainText {
        case "completed": "[x] \(content)"
        case "in_progress": "[>] \(content)"
        default: "[ ] \(content)"
        }
      }
    }
    return [.activity(AgentActivity(.plan, lines.joined(separator: "\n")))]
  }

  private static func usage(_ update: JSONValue) -> [Effect] {
    var parts: [String] = []
    if case .number(let used)? = update["used"] {
      let size = if case .number(let size)? = update["size"] { " of \(size)" } else { "" }
      parts.append("\(used)\(size) tokens of context")
    }
    if case .number(let amount)? = update["cost"]?["amount"], let currency = update["cost"]?["currency"]?.plainText {
      parts.append("\(amount) \(currency)")
    }
    return parts.isEmpty ? [] : [.activity(AgentActivity(.usage, parts.joined(separator: ", ")))]
  }
}

extension ACPSession.ToolCall {
  /// For people.
  var name: String {
    switch (title.isEmpty, kind.isEmpty) {
    case (false, false): "\(title) (\(kind))"
    case (false, true): title
    case (true, false): kind
    case (true, true): "a tool"
    }
  }

  /// What changes something, by the protocol's kinds.
  var isWriting: Bool { ["edit", "delete", "move", "execute", "switch_mode"].contains(kind) }
}
