extension KnownKeys {
  static let config = KnownKeys(place: "the configuration", allowed: ["providers", "defaults", "log", "sessions"])

  static let provider = KnownKeys(place: "a provider", allowed: ["models", "label", "default-model"])

  static let defaults = KnownKeys(place: "'defaults'", allowed: ["flow", "provider", "model", "mode"])

  static let log = KnownKeys(place: "'log'", allowed: ["format", "level"])

  static let sessions = KnownKeys(place: "'sessions'", allowed: ["expiry", "retention"])
}
