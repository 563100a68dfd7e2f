internal import FlowdModel
internal import FlowdWire

/// Providers in words.
enum ProviderText {
  /// The last check found nothing against it, and no quota is exhausted; a provider of no kind cannot be checked, and not
  /// be used by agents.
  static func isUsable(_ provider: API.Provider) -> Bool {
    guard let check = provider.check, provider.heldUntil == nil else { return false }
    return !provider.kind.isEmpty && ![check.installed, check.reachable, check.authorised].contains(.no)
  }

  /// Such as `gpt-5*, gpt-5-mini`; the default is marked.
  static func models(_ provider: API.Provider) -> String {
    var models = provider.modelIDs.map { $0 == provider.defaultModelID ? "\($0)*" : $0 }
    if provider.anyModel { models.append("any") }
    return models.joined(separator: ", ")
  }

  /// Such as `for 2h 05m`.
  static func held(_ until: API.Timestamp, now: Timestamp) -> String {
    "for \(DurationText.short(until.model - now))"
  }

  static func health(_ health: API.ProviderHealth) -> String {
    switch health {
    case .ok: "ok"
    case .degraded: "degraded"
    case .unavailable: "unavailable"
    case .unspecified, .unrecognized: "-"
    }
  }

  static func paint(_ health: API.ProviderHealth) -> (Style, String) -> String {
    switch health {
    case .ok: { $0.green($1) }
    case .degraded: { $0.yellow($1) }
    case .unavailable: { $0.red($1) }
    case .unspecified, .unrecognized: { $0.dim($1) }
    }
  }

  static func name(_ answer: API.CheckAnswer) -> String {
    switch answer {
    case .yes: "yes"
    case .no: "no"
    case .unspecified, .unrecognized: "-"
    }
  }

  static func paint(_ answer: API.CheckAnswer) -> (Style, String) -> String {
    switch answer {
    case .yes: { $0.green($1) }
    case .no: { $0.red($1) }
    case .unspecified, .unrecognized: { $0.dim($1) }
    }
  }
}
