internal import FlowdModel
internal import FlowdWire

/// What a session holds, in words.
enum MetaText {
  /// Such as `flow review, openai/gpt-5, batch, revision 4`.
  static func oneLine(_ meta: API.SessionMeta) -> String {
    var parts = [meta.executedFlowID.isEmpty ? "no flow" : "flow \(meta.executedFlowID)"]
    if !meta.providerID.isEmpty { parts.append(providerModel(meta.providerID, meta.modelID)) }
    parts.append(mode(meta.mode))
    parts.append("revision \(meta.revision)")
    return TerminalText.sanitised(parts.joined(separator: ", "))
  }

  static func providerModel(_ provider: String, _ model: String) -> String {
    model.isEmpty ? provider : "\(provider)/\(model)"
  }

  static func mode(_ mode: API.RunMode) -> String {
    switch mode {
    case .batch: "batch"
    case .interactive: "interactive"
    case .hybrid: "hybrid"
    case .unspecified: "-"
    case .unrecognized(let number): "mode \(number)"
    }
  }
}

extension API.Timestamp {
  /// In microseconds; what is finer is dropped.
  var model: Timestamp { Timestamp(microsecondsSince1970: seconds * 1_000_000 + Int64(nanos) / 1000) }
}
