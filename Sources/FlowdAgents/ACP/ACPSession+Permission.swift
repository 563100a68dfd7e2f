internal import FlowdModel

/// `session/request_permission`: decided here, or by a person while the agent's request stays open.
extension ACPSession {
  private enum Kind {
    static let rejections = ["reject_once", "reject_always"]
  }

  mutating func requestPermission(_ params: JSONValue, id: JSONValue) -> [Effect] {
    guard let toolCall = params["toolCall"], case .array(let offered)? = params["options"] else {
      let error = RPCError(code: RPCError.invalidParams, message: "Invalid params")
      return [.send(RPCMessage.refusal(of: id, error))]
    }
    let call = note(toolCall, id: toolCall["toolCallId"]?.plainText ?? "")
    let options = offered.prefix(Limits.optionsMax).compactMap(PermissionOption.init)
    let rejectID = Kind.rejections.lazy.compactMap { kind in options.first { $0.kind == kind }?.id }.first
    let prompt = Self.prompt(call, toolCall)
    guard phase == .prompting else {
      return [.send(Self.cancelled(id)), .decided(.init(question: prompt, answer: "cancelled"))]
    }
    let isForbidden = self.options.isReadOnly && call.isWriting
    guard !isForbidden else { return reject(id, rejectID, prompt, because: "the step is read-only") }
    var names = Self.distinct(options.map(\.name))
    // Whoever asks a person needs an option that denies.
    if rejectID == nil { names = Self.distinct(names + ["Deny"]) }
    if let known = answers.firstIndex(where: { $0.question == prompt && names.contains($0.answer) }) {
      let answer = answers.remove(at: known).answer
      let chosen = names.firstIndex(of: answer).flatMap { options.indices.contains($0) ? options[$0].id : nil }
      return [
        .send(chosen.map { Self.selected(id, $0) } ?? Self.cancelled(id)),
        .activity(AgentActivity(.permission, "\(prompt): \(answer), as it was answered before")),
      ]
    }
    guard self.options.mayAsk, !options.isEmpty, permissions.count < Limits.agentQuestionsMax else {
      return reject(id, rejectID, prompt, because: "nobody may be asked")
    }
    questionCount += 1
    let denial = options.firstIndex { $0.id == rejectID } ?? options.count
    let question = AgentQuestion(
      id: "permission-\(questionCount)", prompt: prompt, options: names, denial: names[denial])
    permissions.append(
      PendingPermission(id: id, question: question, optionIDs: options.map(\.id), rejectID: rejectID))
    // People are asked one question at a time.
    return permissions.count == 1 ? [.ask(question)] : []
  }

  /// A person's answer; one to a question that is not open does nothing.
  mutating func answer(question: String, _ option: String) -> [Effect] {
    guard permissions.first?.question.id == question else { return [] }
    let pending = permissions.removeFirst()
    let next = permissions.first.map { [Effect.ask($0.question)] } ?? []
    guard let chosen = pending.question.options.firstIndex(of: option), pending.optionIDs.indices.contains(chosen)
    else { return [.send(pending.rejectID.map { Self.selected(pending.id, $0) } ?? Self.cancelled(pending.id))] + next }
    return [.send(Self.selected(pending.id, pending.optionIDs[chosen]))] + next
  }

  /// The protocol wants every open request answered before the turn is cancelled.
  mutating func cancelPermissions() -> [Effect] {
    defer { permissions = [] }
    return permissions.flatMap { pending -> [Effect] in
      [.send(Self.cancelled(pending.id)), .decided(.init(question: pending.question.prompt, answer: "cancelled"))]
    }
  }

  private func reject(_ id: JSONValue, _ rejectID: String?, _ prompt: String, because reason: String) -> [Effect] {
    [
      .send(rejectID.map { Self.selected(id, $0) } ?? Self.cancelled(id)),
      .decided(.init(question: prompt, answer: "rejected: \(reason)")),
      .activity(AgentActivity(.permission, "\(prompt): rejected, \(reason)")),
    ]
  }

  private static func selected(_ id: JSONValue, _ option: String) -> [UInt8] {
    outcome(id, [.init("outcome", .string("selected")), .init("optionId", .string(option))])
  }

  private static func cancelled(_ id: JSONValue) -> [UInt8] { outcome(id, [.init("outcome", .string("cancelled"))]) }

  private static func outcome(_ id: JSONValue, _ members: [JSONValue.Member]) -> [UInt8] {
    RPCMessage.reply(to: id, .object([.init("outcome", .object(members))]))
  }

  /// The tool, and the places or the command that it is about.
  private static func prompt(_ call: ToolCall, _ toolCall: JSONValue) -> String {
    var lines = [call.name]
    if case .array(let places)? = toolCall["locations"] {
      lines += places.prefix(20).compactMap { $0["path"]?.plainText }
    }
    if let command = toolCall["rawInput"]?["command"]?.plainText { lines.append(command) }
    let text = lines.joined(separator: "\n")
    return String(decoding: text.utf8.prefix(Limits.promptBytesMax), as: UTF8.self)
  }

  /// Options of one name are told apart by a number.
  private static func distinct(_ names: [String]) -> [String] {
    var seen: Set<ExactName> = []
    return names.map { name in
      var unique = name
      var count = 1
      while !seen.insert(ExactName(unique)).inserted {
        count += 1
        unique = "\(name) (\(count))"
      }
      return unique
    }
  }
}

/// One of the answers that the agent takes.
private struct PermissionOption {
  var id: String
  var name: String
  var kind: String

  init?(_ json: JSONValue) {
    guard let id = json["optionId"]?.plainText else { return nil }
    self.id = id
    name = json["name"]?.plainText.flatMap { $0.isEmpty ? nil : String($0.prefix(200)) } ?? id
    kind = json["kind"]?.plainText ?? ""
  }
}
