internal import FlowdModel
internal import FlowdWire

/// A provider with one of its models, from either or both on the command line.
struct ProviderChoice: Equatable {
  var provider: String
  var model: String

  /// - Returns: `nil` when neither was given.
  static func resolve(
    provider: String?, model: String?, meta: API.SessionMeta, _ context: Context
  ) throws(CLIError) -> ProviderChoice? {
    switch (provider, model) {
    case (nil, nil): return nil
    case (let provider?, let model?): return ProviderChoice(provider: provider, model: model)
    case (nil, let model?):
      guard !meta.providerID.isEmpty else {
        throw CLIError(.usage, "the session has no provider yet; give --provider with --model")
      }
      return ProviderChoice(provider: meta.providerID, model: model)
    case (let provider?, nil):
      if provider == meta.providerID, !meta.modelID.isEmpty {
        return ProviderChoice(provider: provider, model: meta.modelID)
      }
      let providers = try context.call(API.ProviderList.self, .init()).providers
      guard let found = providers.first(where: { $0.providerID == provider }) else {
        let hint = NearMiss.hint(for: provider, among: providers.map(\.providerID))
        throw CLIError(
          .refused, "no provider \(quoted(provider)) is configured\(hint)",
          hints: ["providers: \(providers.map(\.providerID).joined(separator: ", "))"], code: "NOT_FOUND",
          reason: "PROVIDER_NOT_FOUND")
      }
      guard let model = found.defaultModelID.isEmpty ? found.modelIDs.first : found.defaultModelID else {
        throw CLIError(.usage, "provider \(quoted(provider)) has no default model; give --model")
      }
      return ProviderChoice(provider: provider, model: model)
    }
  }
}
