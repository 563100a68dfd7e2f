extension AgentUse {
  /// As it is stored.
  package var json: JSONValue {
    var members: [JSONValue.Member] = [
      .init("provider", .string(provider)), .init("model", .string(model)), .init("prompt", .string(prompt)),
    ]
    if !reportedModel.isEmpty { members.append(.init("reported_model", .string(reportedModel))) }
    if !system.isEmpty { members.append(.init("system", .string(system))) }
    if !finishReason.isEmpty { members.append(.init("finish_reason", .string(finishReason))) }
    if let inputTokens { members.append(.init("input_tokens", .number(String(inputTokens)))) }
    if let outputTokens { members.append(.init("output_tokens", .number(String(outputTokens)))) }
    if isPartial { members.append(.init("partial", .bool(true))) }
    if !confinement.isEmpty { members.append(.init("confinement", .string(confinement))) }
    if !permissions.isEmpty {
      members.append(
        .init("permissions", .array(permissions.map { .array([.string($0.question), .string($0.answer)]) })))
    }
    return .object(members)
  }

  /// What `json` gave.
  package init(json: JSONValue) {
    func text(_ name: String) -> String { if case .string(let text)? = json[name] { text } else { "" } }
    func number(_ name: String) -> Int? { if case .number(let text)? = json[name] { Int(text) } else { nil } }
    self.init(
      provider: text("provider"), model: text("model"), reportedModel: text("reported_model"), system: text("system"),
      prompt: text("prompt"), finishReason: text("finish_reason"), inputTokens: number("input_tokens"),
      outputTokens: number("output_tokens"), isPartial: json["partial"] == .bool(true),
      confinement: text("confinement"))
    if case .array(let elements)? = json["permissions"] {
      permissions = elements.compactMap { element in
        guard case .array(let pair) = element, pair.count == 2, case .string(let question) = pair[0],
          case .string(let answer) = pair[1]
        else { return nil }
        return Permission(question: question, answer: answer)
      }
    }
  }

  /// As expressions read it.
  package var usage: JSONValue {
    .object([
      .init("input_tokens", inputTokens.map { .number(String($0)) } ?? .null),
      .init("output_tokens", outputTokens.map { .number(String($0)) } ?? .null),
      .init("finish_reason", .string(finishReason)),
    ])
  }
}
