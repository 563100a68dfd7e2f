extension StepDetails {
  /// As it is stored: an object with what is there.
  package var json: JSONValue {
    var members: [JSONValue.Member] = []
    if let result { members.append(.init("result", result)) }
    if !outputs.isEmpty { members.append(.init("outputs", .object(outputs))) }
    if !checks.isEmpty { members.append(.init("checks", .array(checks.map(\.json)))) }
    if let items { members.append(.init("items", .array(items))) }
    if let report { members.append(.init("report", .string(report))) }
    if let exchange { members.append(.init("exchange", exchange.json)) }
    if let agent { members.append(.init("agent", agent.json)) }
    if let written {
      members.append(
        .init("written", .array([.number(String(written.stdout)), .number(String(written.stderr))])))
    }
    return .object(members)
  }

  /// What `json` gave.
  package init(json: JSONValue) {
    self.init(result: json["result"])
    if case .object(let members)? = json["outputs"] { outputs = members }
    if case .array(let elements)? = json["checks"] { checks = elements.map(CheckResult.init(json:)) }
    if case .array(let elements)? = json["items"] { items = elements }
    if case .string(let text)? = json["report"] { report = text }
    if let exchange = json["exchange"] { self.exchange = HTTPExchange(json: exchange) }
    if let agent = json["agent"] { self.agent = AgentUse(json: agent) }
    if case .array(let counts)? = json["written"], counts.count == 2, case .number(let stdout) = counts[0],
      case .number(let stderr) = counts[1]
    {
      written = WrittenBytes(stdout: Int(stdout) ?? 0, stderr: Int(stderr) ?? 0)
    }
  }

  /// What it takes in the store.
  package var byteCount: Int {
    if self == StepDetails() { return 0 }
    return JSONWriter.bytes(of: json, .compact).count
  }

  /// About what it takes in memory.
  package var memoryBytes: Int { self == StepDetails() ? 0 : json.memoryBytes }
}

extension CheckResult {
  fileprivate var json: JSONValue {
    .object([
      .init("check", .string(check)), .init("passed", .bool(passed)), .init("seen", .string(seen)),
      .init("line", .number(String(line))),
    ])
  }

  fileprivate init(json: JSONValue) {
    self.init(check: "", passed: json["passed"] == .bool(true), seen: "")
    if case .string(let text)? = json["check"] { check = text }
    if case .string(let text)? = json["seen"] { seen = text }
    if case .number(let text)? = json["line"] { line = Int(text) ?? 0 }
  }
}

extension PendingQuestion {
  /// As it is stored.
  package var json: JSONValue {
    var members: [JSONValue.Member] = [
      .init("id", .string(id)), .init("reason", .number(String(reason.rawValue))), .init("prompt", .string(prompt)),
      .init("type", .string(kind.rawValue)),
      .init("asked_at", .number(String(askedAt.microsecondsSince1970))),
    ]
    if !options.isEmpty { members.append(.init("options", .array(options.map(JSONValue.string)))) }
    if let defaultValue { members.append(.init("default", defaultValue)) }
    if let timeout {
      let (seconds, attoseconds) = timeout.components
      members.append(.init("timeout_ms", .number(String(seconds * 1000 + attoseconds / 1_000_000_000_000_000))))
    }
    return .object(members)
  }

  /// What `json` gave; `nil` for anything else.
  package init?(json: JSONValue) {
    guard case .string(let id)? = json["id"], case .number(let reason)? = json["reason"],
      let reason = Int(reason).flatMap(Reason.init), case .string(let prompt)? = json["prompt"],
      case .string(let type)? = json["type"], let kind = InputDefinition.Kind(rawValue: type),
      case .number(let asked)? = json["asked_at"], let asked = Int64(asked)
    else { return nil }
    self.init(
      id: id, reason: reason, prompt: prompt, kind: kind, options: [], defaultValue: json["default"],
      askedAt: Timestamp(microsecondsSince1970: asked))
    if case .array(let elements)? = json["options"] {
      options = elements.compactMap { if case .string(let text) = $0 { text } else { nil } }
    }
    if case .number(let text)? = json["timeout_ms"], let milliseconds = Int64(text) {
      timeout = .milliseconds(milliseconds)
    }
  }
}
