internal import FlowdAgents
internal import FlowdEngine
internal import FlowdModel
internal import FlowdWire

extension Daemon {
  /// `provider.list`: what the configuration has now; with `check`, whether it can be used.
  func listProviders(_ request: API.ProviderServiceListRequest, _ call: Call) throws(Refusal) {
    try Fields.optional(request.providerID, "provider_id", bytesMax: Limits.idBytesMax)
    let configured = engine.transaction.config.providers
    let wanted = configured.filter { request.providerID.isEmpty || ExactName($0.id) == ExactName(request.providerID) }
    guard !wanted.isEmpty || request.providerID.isEmpty else {
      let hint = NearMiss.hint(for: request.providerID, among: configured.lazy.map(\.id))
      throw Refusal(
        .notFound, "PROVIDER_NOT_FOUND", "no provider \(quoted(request.providerID)) is configured\(hint)",
        metadata: ["provider_id": request.providerID])
    }
    let providers = wanted.sorted { $0.id < $1.id }
    let messages = providers.map { provider in
      API.Provider(
        provider, heldUntil: engine.heldUntil(provider: provider.id, now: turnTime),
        engine.circuit(ofProvider: provider.id))
    }
    guard request.check, !providers.isEmpty else {
      reply(call, API.ProviderServiceListResponse(providers: messages))
      return
    }
    let token = markPending(call)
    let checks = ProviderChecks(messages)
    let rules = AgentRules(engine.transaction.config)
    for (place, provider) in providers.enumerated() {
      agents.check(provider, rules: rules) { [mailbox] check in
        let works = check.reachable
        if works != .unknown {
          mailbox.post { daemon in
            daemon.engine.noteCheck(ofProvider: provider.id, works: works == .yes, now: daemon.turnTime)
          }
        }
        guard let whole = checks.note(check, at: place) else { return }
        mailbox.post { daemon in
          daemon.answer(token, .success(API.ProviderServiceListResponse(providers: whole).encoded))
        }
      }
    }
  }
}

/// Gathers what is found about several providers at once.
private final class ProviderChecks: Sendable {
  private let state: Locked<(messages: [API.Provider], open: Int)>

  init(_ messages: [API.Provider]) { state = Locked((messages, messages.count)) }

  /// - Returns: All of them, with the last one.
  func note(_ check: ProviderCheck, at place: Int) -> [API.Provider]? {
    state.withLock { state in
      state.messages[place].check = API.ProviderCheck(check)
      if state.messages[place].heldUntil == nil {
        state.messages[place].health = API.ProviderHealth(check, state.messages[place].health)
      }
      state.open -= 1
      return state.open == 0 ? state.messages : nil
    }
  }
}

extension API.Provider {
  /// - Parameter circuit: How its steps went, when some failed.
  init(_ provider: ProviderDefinition, heldUntil: Timestamp?, _ circuit: CircuitView?) {
    self.init(
      providerID: provider.id, label: provider.label,
      health: heldUntil == nil ? API.ProviderHealth(circuit) : .unavailable,
      defaultModelID: provider.defaultModel ?? "", heldUntil: heldUntil.map(API.Timestamp.init))
    switch provider.models {
    case .any: anyModel = true
    case .list(let models): modelIDs = models
    }
    switch provider.kind {
    case .unspecified: break
    case .openAI(let server):
      kind = "openai"
      location = server.baseURL
    case .agent(let command):
      kind = "agent"
      location = command.command.first ?? ""
    }
  }
}

extension API.ProviderCheck {
  init(_ check: ProviderCheck) {
    self.init(
      installed: API.CheckAnswer(check.installed), reachable: API.CheckAnswer(check.reachable),
      authorised: API.CheckAnswer(check.authorised), version: check.version, modelIDs: check.models,
      detail: check.detail)
  }
}

extension API.CheckAnswer {
  init(_ answer: ProviderCheck.Answer) {
    switch answer {
    case .yes: self = .yes
    case .no: self = .no
    case .unknown: self = .unspecified
    }
  }
}

extension API.ProviderHealth {
  init(_ circuit: CircuitView?) {
    switch circuit?.state {
    case .open: self = .unavailable
    case .halfOpen, .closed: self = .degraded
    case nil: self = .unspecified
    }
  }

  /// - Parameter before: What was known without looking.
  init(_ check: ProviderCheck, _ before: API.ProviderHealth) {
    let answers = [check.installed, check.reachable, check.authorised]
    if answers.contains(.no) {
      self = .unavailable
    } else {
      self = answers.contains(.yes) ? .ok : before
    }
  }
}
