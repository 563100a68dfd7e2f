internal import FlowdModel

/// The model and the mode are set before the first prompt, and what the agent says about them is compared.
extension ACPSession {
  mutating func created(_ result: JSONValue) -> [Effect] {
    guard let id = result["sessionId"]?.plainText, !id.isEmpty, id.utf8.count <= Limits.pathBytesMax else {
      return fail(.failed, "the agent broke its protocol: it began a session without an id")
    }
    sessionID = id
    offer = ACPOffer(session: result)
    return setModel()
  }

  private mutating func setModel() -> [Effect] {
    guard !options.model.isEmpty else { return setMode() }
    guard let choice = offer.modelOption ?? offer.models else {
      guard options.isModelInCommand else {
        return fail(
          .wrongModel,
          "the agent lets nobody choose its model, and its command has no {model}: "
            + "whether it uses \(quoted(options.model)) cannot be told")
      }
      return [.model(options.model)] + setMode()
    }
    if choice.current == options.model { return modelIsConfirmed() }
    guard choice.values.isEmpty || choice.values.contains(options.model) else {
      return fail(.wrongModel, "the agent has no model \(quoted(options.model)); it offers \(choice.list)")
    }
    phase = .settingModel
    return [set(options.model, choice, method: "session/set_model", parameter: "modelId")]
  }

  mutating func modelWasSet(_ result: JSONValue) -> [Effect] {
    var said: String?
    if offer.modelOption != nil {
      offer.take(configOptions: result["configOptions"])
      said = result["configOptions"] == nil ? "" : offer.modelOption?.current ?? ""
    } else {
      said = (result["models"]?["currentModelId"] ?? result["currentModelId"] ?? result["modelId"])?.plainText
      offer.models?.current = said ?? options.model
    }
    // Without a word the older method says that it is done.
    if let said, said != options.model { return fail(.wrongModel, Self.otherModel(said, options.model)) }
    return modelIsConfirmed()
  }

  private mutating func modelIsConfirmed() -> [Effect] {
    isModelConfirmed = true
    return [.model(options.model)] + setMode()
  }

  private mutating func setMode() -> [Effect] {
    guard options.isReadOnly, !options.readOnlyMode.isEmpty else { return beginTurn() }
    let mode = options.readOnlyMode
    guard let choice = offer.modeOption ?? offer.modes else {
      return fail(.wrongModel, "the agent has no modes, and the provider asks for \(quoted(mode))")
    }
    if choice.current == mode { return modeIsConfirmed() }
    guard choice.values.isEmpty || choice.values.contains(mode) else {
      return fail(.wrongModel, "the agent has no mode \(quoted(mode)); it offers \(choice.list)")
    }
    phase = .settingMode
    // What it says until it answers is compared with what it was before.
    offer.modes?.current = ""
    return [set(mode, choice, method: "session/set_mode", parameter: "modeId")]
  }

  mutating func modeWasSet(_ result: JSONValue) -> [Effect] {
    let mode = options.readOnlyMode
    if offer.modeOption != nil {
      offer.take(configOptions: result["configOptions"])
      let said = result["configOptions"] == nil ? "" : offer.modeOption?.current ?? ""
      guard said == mode else { return fail(.wrongModel, Self.otherMode(said, mode)) }
    } else if let said = offer.modes?.current, !said.isEmpty, said != mode {
      return fail(.wrongModel, Self.otherMode(said, mode))
    }
    // Choosing a mode may have changed the model.
    if isModelConfirmed, let said = offer.modelOption?.current, said != options.model {
      return fail(.wrongModel, Self.otherModel(said, options.model))
    }
    return modeIsConfirmed()
  }

  private mutating func modeIsConfirmed() -> [Effect] {
    isModeConfirmed = true
    return beginTurn()
  }

  private mutating func set(
    _ value: String, _ choice: ACPOffer.Choice, method: String, parameter: String
  ) -> Effect {
    let session = JSONValue.Member("sessionId", .string(sessionID))
    if choice.option.isEmpty {
      return request(method, .object([session, .init(parameter, .string(value))]))
    }
    return request(
      "session/set_config_option",
      .object([session, .init("configId", .string(choice.option)), .init("value", .string(value))]))
  }

  // MARK: changes

  /// The agent says which mode it is in.
  mutating func modeChanged(to mode: String) -> [Effect] {
    offer.modes?.current = mode
    guard isModeConfirmed, mode != options.readOnlyMode else { return [] }
    return fail(
      .wrongModel, "the agent left its mode \(quoted(options.readOnlyMode)) for \(quoted(mode)) in a read-only step")
  }

  /// The agent says what is chosen of all its options.
  mutating func optionsChanged(_ configOptions: JSONValue?) -> [Effect] {
    offer.take(configOptions: configOptions)
    if isModelConfirmed, let model = offer.modelOption?.current, model != options.model {
      return fail(.wrongModel, "the agent changed its model to \(quoted(model)) while it answered")
    }
    if isModeConfirmed, let mode = offer.modeOption?.current { return modeChanged(to: mode) }
    return []
  }

  private static func otherModel(_ said: String, _ wanted: String) -> String {
    said.isEmpty
      ? "the agent took the model \(quoted(wanted)) and does not say which one it uses"
      : "the agent was given the model \(quoted(wanted)) and uses \(quoted(said))"
  }

  private static func otherMode(_ said: String, _ wanted: String) -> String {
    said.isEmpty
      ? "the agent took the mode \(quoted(wanted)) and does not say which one it is in"
      : "the agent was given the mode \(quoted(wanted)) and is in \(quoted(said))"
  }
}
