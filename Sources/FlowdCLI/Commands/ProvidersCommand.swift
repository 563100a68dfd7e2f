internal import FlowdClient
internal import FlowdModel
internal import FlowdWire

/// `flowctl providers`
enum ProvidersCommand: Command {
  static let check = Flag("check", "Look whether they can be used now: installed, reachable, authorised")

  static let spec = CommandSpec(
    "providers", "List providers and their models, or check that they can be used",
    operands: [Operand("PROVIDER", repeated: true, completion: .provider)], options: [check],
    discussion: """
      The default model of a provider is marked *. HELD says until when the quota of a provider is
      exhausted; its steps wait until then. With --check the daemon asks each program for its version
      and each server for its models, without using one; the exit code is 1 when none can be used, or
      one that was named.
      """,
    examples: [
      Example("flowctl providers", "what --provider and --model may name"),
      Example("flowctl providers --check", "whether they can be used now"),
      Example("flowctl providers qwen --check", "whether that one can"),
    ])

  static func run(_ context: Context, _ arguments: ParsedArguments) throws(CLIError) -> ExitCode {
    let all = try context.call(API.ProviderList.self, .init()).providers
    var chosen = try choose(arguments.operands, among: all)
    if arguments[check] { chosen = try checked(chosen, context) }
    let isFine = !arguments[check] || isUsable(chosen, wereNamed: !arguments.operands.isEmpty)
    if context.wantsJSON {
      try context.printJSON(API.ProviderServiceListResponse(providers: chosen))
      return isFine ? .ok : .failed
    }
    guard !chosen.isEmpty else {
      context.note("no providers are configured")
      return .ok
    }
    let table = arguments[check] ? checks(chosen, context) : overview(chosen, context)
    for line in table.lines(style: context.style, width: context.tableWidth) { context.output.line(line) }
    for provider in chosen where arguments[check] {
      let held = provider.heldUntil.map { "its quota is exhausted, held \(ProviderText.held($0, now: context.now))" }
      guard let detail = held ?? provider.check?.detail, !detail.isEmpty else { continue }
      let glyph = Glyphs(isUnicode: context.terminal.isUnicode).step(
        ProviderText.isUsable(provider) ? .succeeded : .failed, tick: 0)
      context.output.line("\(glyph) \(TerminalText.sanitised("\(provider.providerID): \(detail)"))")
    }
    return isFine ? .ok : .failed
  }

  /// Those that are named, in that order; all when none is.
  private static func choose(
    _ names: [String], among all: [API.Provider]
  ) throws(CLIError) -> [API.Provider] {
    guard !names.isEmpty else { return all }
    var chosen: [API.Provider] = []
    for name in names {
      guard let found = all.first(where: { $0.providerID == name }) else {
        let hint = NearMiss.hint(for: name, among: all.map(\.providerID))
        throw CLIError(.refused, "no provider \(quoted(name)) is configured\(hint)")
      }
      chosen.append(found)
    }
    return chosen
  }

  /// Those that were named have to be usable; of all there are, which nobody uses all of, one.
  static func isUsable(_ providers: [API.Provider], wereNamed: Bool) -> Bool {
    wereNamed ? providers.allSatisfy(ProviderText.isUsable) : providers.contains(where: ProviderText.isUsable)
  }

  /// The daemon checks all of them at once; each is shown as done in its turn.
  private static func checked(_ providers: [API.Provider], _ context: Context) throws(CLIError) -> [API.Provider] {
    var replies: [PendingReply<API.ProviderServiceListResponse>] = []
    for provider in providers {
      replies.append(
        try context.send(API.ProviderList.self, .init(check: true, providerID: provider.providerID)))
    }
    let tellsProgress = context.terminal.isErrorTerminal && context.terminal.isCapable
    var checked: [API.Provider] = []
    for (provider, reply) in zip(providers, replies) {
      if tellsProgress {
        let name = TerminalText.sanitised(provider.providerID)
        context.errors.write("\rchecking \(name) (\(checked.count + 1) of \(providers.count))…\u{1B}[K")
        context.errors.flush()
      }
      let found = try context.wait(for: reply).providers
      checked.append(found.first { $0.providerID == provider.providerID } ?? provider)
    }
    if tellsProgress {
      context.errors.write("\r\u{1B}[K")
      context.errors.flush()
    }
    return checked
  }

  private static func overview(_ providers: [API.Provider], _ context: Context) -> Table {
    let hasHolds = providers.contains { $0.heldUntil != nil }
    var table = Table(["PROVIDER", "LABEL", "KIND", "HEALTH"] + (hasHolds ? ["HELD"] : []) + ["MODELS"])
    for provider in providers {
      let held = provider.heldUntil.map { ProviderText.held($0, now: context.now) } ?? "-"
      table.add(
        [
          .init(provider.providerID) { $0.bold($1) }, .init(provider.label),
          .init(provider.kind.isEmpty ? "-" : provider.kind),
          .init(ProviderText.health(provider.health), ProviderText.paint(provider.health)),
        ] + (hasHolds ? [.init(held) { held == "-" ? $0.dim($1) : $0.yellow($1) }] : [])
          + [.init(ProviderText.models(provider))])
    }
    return table
  }

  private static func checks(_ providers: [API.Provider], _ context: Context) -> Table {
    var table = Table(["PROVIDER", "KIND", "INSTALLED", "REACHABLE", "AUTHORISED", "VERSION", "WHERE", "MODELS"])
    for provider in providers {
      let check = provider.check ?? API.ProviderCheck()
      let answers = [check.installed, check.reachable, check.authorised].map { answer in
        Table.Cell(ProviderText.name(answer), ProviderText.paint(answer))
      }
      table.add(
        [.init(provider.providerID) { $0.bold($1) }, .init(provider.kind.isEmpty ? "-" : provider.kind)] + answers
          + [
            .init(check.version.isEmpty ? "-" : check.version),
            .init(provider.location.isEmpty ? "-" : provider.location),
            .init(check.modelIDs.isEmpty ? ProviderText.models(provider) : check.modelIDs.joined(separator: ", ")),
          ])
    }
    return table
  }
}
