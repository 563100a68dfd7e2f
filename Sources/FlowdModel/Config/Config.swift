/// What the user's configuration file says, with what holds where it is silent.
package struct Config: Equatable, Sendable {
  /// The built-in ones that were not removed, then those the file adds, each in its order.
  package var providers: [ProviderDefinition]
  package var defaults: SessionDefaults
  package var log: LogSettings
  package var lifecycle: Lifecycle
  /// Of HTTP steps.
  package var network: NetworkPolicy
  /// Paths that agents may not read, beside those that none may; `agents.hidden`.
  package var hiddenPaths: [String]

  package init(
    providers: [ProviderDefinition] = ProviderDefinition.builtIn, defaults: SessionDefaults = SessionDefaults(),
    log: LogSettings = LogSettings(), lifecycle: Lifecycle = Lifecycle(), network: NetworkPolicy = NetworkPolicy(),
    hiddenPaths: [String] = []
  ) {
    self.providers = providers
    self.defaults = defaults
    self.log = log
    self.lifecycle = lifecycle
    self.network = network
    self.hiddenPaths = hiddenPaths
  }

  /// The provider of that id, if it is configured.
  package func provider(_ id: String) -> ProviderDefinition? {
    providers.first { ExactName($0.id) == ExactName(id) }
  }
}

/// What a new session holds when nothing else decides.
package struct SessionDefaults: Equatable, Sendable {
  package var flow: String?
  package var provider: String?
  package var model: String?
  package var mode: RunMode?

  package init(flow: String? = nil, provider: String? = nil, model: String? = nil, mode: RunMode? = nil) {
    self.flow = flow
    self.provider = provider
    self.model = model
    self.mode = mode
  }
}

/// When sessions leave.
package struct Lifecycle: Equatable, Sendable {
  /// An open session without runs that was not touched for so long is archived; `sessions.expiry`.
  package var expiry: Duration
  /// An archived or closed session is deleted with its runs and events after it; `sessions.retention`.
  package var retention: Duration

  package init(expiry: Duration = .seconds(30 * 86_400), retention: Duration = .seconds(90 * 86_400)) {
    self.expiry = expiry
    self.retention = retention
  }
}

/// How and how much the daemon logs.
package struct LogSettings: Equatable, Sendable {
  /// How a line of the log is written.
  package enum Format: String, Equatable, Sendable, CaseIterable {
    case text, json
  }

  /// Each level includes those before it.
  package enum Level: String, Equatable, Sendable, CaseIterable {
    case error, warn, info, debug
  }

  package var format: Format
  package var level: Level

  package init(format: Format = .text, level: Level = .info) {
    self.format = format
    self.level = level
  }
}
