/// A model provider that sessions may select.
package struct ProviderDefinition: Equatable, Sendable {
  /// Which models sessions may select.
  package enum Models: Equatable, Sendable {
    /// Whatever model id the session names.
    case any
    /// These only; never empty.
    case list([String])

    /// Whether a session may select that model.
    package func allows(_ model: String) -> Bool {
      switch self {
      case .any: true
      case .list(let models): models.contains { ExactName($0) == ExactName(model) }
      }
    }
  }

  package var id: String
  /// What a person reads; the id when the file gives none.
  package var label: String
  package var models: Models
  /// One of `models`.
  package var defaultModel: String?
  package var kind: ProviderKind

  package init(
    id: String, label: String? = nil, models: Models = .any, defaultModel: String? = nil,
    kind: ProviderKind = .unspecified
  ) {
    self.id = id
    self.label = label ?? id
    self.models = models
    self.defaultModel = defaultModel
    self.kind = kind
  }

  /// The providers that need no configuration, though some need a key or a program.
  package static let builtIn: [ProviderDefinition] = [
    ProviderDefinition(
      id: "openai", label: "OpenAI",
      kind: .openAI(OpenAIProvider(baseURL: "https://api.openai.com/v1", key: Secret("OPENAI_API_KEY")))),
    ProviderDefinition(id: "anthropic", label: "Anthropic", kind: kind(recipe: "claude-code")),
    ProviderDefinition(
      id: "ollama", label: "Ollama", kind: .openAI(OpenAIProvider(baseURL: "http://127.0.0.1:11434/v1"))),
    ProviderDefinition(id: "qwen", label: "Qwen", kind: kind(recipe: "qwen-code")),
  ]

  private static func kind(recipe: String) -> ProviderKind {
    AgentRecipes.named(recipe).map(ProviderKind.agent) ?? .unspecified
  }
}
