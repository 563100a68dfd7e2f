internal import FlowdModel

extension SessionState {
  /// `session.setProviderModel`: both change or neither.
  func setProviderModel(
    provider: String, model: String, expected: Expectation, _ transaction: Transaction
  ) throws(Refusal) -> Reply {
    try requireOpen()
    try require(expected)
    guard let definition = transaction.config.provider(provider) else {
      let known = transaction.config.providers.map(\.id).joined(separator: ", ")
      throw Refusal(
        .notFound, "PROVIDER_NOT_FOUND", "no provider \"\(provider)\" is configured; there are: \(known)",
        metadata: ["provider_id": provider])
    }
    guard definition.models.allows(model) else {
      throw Refusal(
        .notFound, "MODEL_NOT_FOUND",
        "provider \"\(provider)\" has no model \"\(model)\"; provider.list shows its models",
        metadata: ["provider_id": provider, "model_id": model])
    }
    changeMeta(transaction) { meta in
      meta.providerID = provider
      meta.modelID = model
    }
    return .meta(meta)
  }
}
