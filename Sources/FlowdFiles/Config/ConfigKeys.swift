extension KnownKeys {
  static let config = KnownKeys(
    place: "the configuration", allowed: ["providers", "defaults", "network", "agents", "log", "sessions"])

  static let provider = KnownKeys(
    place: "a provider",
    allowed: ["kind", "label", "models", "default-model", "silence"] + openAIKeys + agentKeys,
    instead: [
      "api-key": "'key'", "api_key": "'key'", "apiKey": "'key'", "token": "'key'", "baseUrl": "'base-url'",
      "base_url": "'base-url'", "url": "'base-url'", "endpoint": "'base-url'", "args": "'command' as a list",
      "arguments": "'command' as a list", "default_model": "'default-model'", "timeout": "'silence'",
    ])

  /// Of `kind: openai`.
  static let openAIKeys = ["base-url", "key", "headers", "parameters"]

  /// Of `kind: agent`.
  static let agentKeys = [
    "recipe", "command", "prompt", "output", "mapping", "read-only-arguments", "read-only-mode", "env",
  ]

  static let mappingRule = KnownKeys(place: "a rule of 'mapping'", allowed: ["when", "is", "text"])

  static let agents = KnownKeys(place: "'agents'", allowed: ["hidden"], instead: ["hide": "'hidden'"])

  static let defaults = KnownKeys(place: "'defaults'", allowed: ["flow", "provider", "model", "mode"])

  static let log = KnownKeys(place: "'log'", allowed: ["format", "level"])

  static let sessions = KnownKeys(place: "'sessions'", allowed: ["expiry", "retention"])
}
