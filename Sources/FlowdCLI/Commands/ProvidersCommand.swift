internal import FlowdModel
internal import FlowdWire

/// `flowctl providers`
enum ProvidersCommand: Command {
  static let spec = CommandSpec(
    "providers", "List providers and their models",
    discussion: "The default model of a provider is marked *.",
    examples: [Example("flowctl providers", "what --provider and --model may name")])

  static func run(_ context: Context, _ arguments: ParsedArguments) throws(CLIError) -> ExitCode {
    let response = try context.call(API.ProviderList.self, .init())
    if context.wantsJSON {
      try context.printJSON(response)
      return .ok
    }
    guard !response.providers.isEmpty else {
      context.note("no providers are configured")
      return .ok
    }
    var table = Table(["PROVIDER", "LABEL", "HEALTH", "MODELS"])
    for provider in response.providers {
      var models = provider.modelIDs.map { $0 == provider.defaultModelID ? "\($0)*" : $0 }
      if provider.anyModel { models.append("any") }
      table.add([
        .init(provider.providerID) { $0.bold($1) }, .init(provider.label),
        .init(healthName(provider.health), paint(provider.health)), .init(models.joined(separator: ", ")),
      ])
    }
    for line in table.lines(style: context.style, width: context.tableWidth) { context.output.line(line) }
    return .ok
  }

  private static func healthName(_ health: API.ProviderHealth) -> String {
    switch health {
    case .ok: "ok"
    case .degraded: "degraded"
    case .unavailable: "unavailable"
    case .unspecified, .unrecognized: "-"
    }
  }

  private static func paint(_ health: API.ProviderHealth) -> (Style, String) -> String {
    switch health {
    case .ok: { $0.green($1) }
    case .degraded: { $0.yellow($1) }
    case .unavailable: { $0.red($1) }
    case .unspecified, .unrecognized: { $0.dim($1) }
    }
  }
}
