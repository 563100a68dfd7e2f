internal import FlowdEngine
internal import FlowdModel
internal import FlowdWire

extension Daemon {
  /// `provider.list`: what the configuration has now.
  func listProviders(_: API.ProviderServiceListRequest, _ call: Call) throws(Refusal) {
    let providers = engine.transaction.config.providers.sorted { $0.id < $1.id }.map { provider in
      var message = API.Provider(
        providerID: provider.id, label: provider.label, health: .unspecified,
        defaultModelID: provider.defaultModel ?? "")
      switch provider.models {
      case .any: message.anyModel = true
      case .list(let models): message.modelIDs = models
      }
      return message
    }
    reply(call, API.ProviderServiceListResponse(providers: providers))
  }
}
