internal import FlowdWire

/// What an `agent` step was given and used, for people.
enum AgentText {
  /// Such as `local/careful-model, 812 tokens in, 96 out`.
  static func summary(_ use: API.AgentUse) -> String {
    ([model(use)] + facts(use)).joined(separator: ", ")
  }

  /// Beside a step's name: what the run's own line does not say already.
  static func note(_ use: API.AgentUse, run: API.RunSnapshot?) -> String {
    let isOfRun = use.providerID == run?.providerID && use.modelID == run?.modelID
    return ((isOfRun ? [] : [model(use)]) + facts(use)).joined(separator: ", ")
  }

  /// All that is known, below its summary.
  static func details(_ use: API.AgentUse, style: Style, width: Int?, isWhole: Bool) -> [String] {
    var block = DetailBlock(style: style, width: width, isWhole: isWhole)
    if !use.reportedModel.isEmpty, use.reportedModel != use.modelID { block.add("calls itself", use.reportedModel) }
    block.add("ended with", use.finishReason)
    block.add("confined", use.confinement)
    block.add("permissions", use.permissions.map { "\($0.question) → \($0.answer)" })
    block.add("system", use.system)
    block.add("prompt", use.prompt)
    return block.lines
  }

  private static func model(_ use: API.AgentUse) -> String {
    TerminalText.sanitised(MetaText.providerModel(use.providerID, use.modelID))
  }

  private static func facts(_ use: API.AgentUse) -> [String] {
    var facts: [String] = []
    if use.inputTokens >= 0, use.outputTokens >= 0, use.inputTokens + use.outputTokens > 0 {
      facts.append("\(use.inputTokens) tokens in")
      facts.append("\(use.outputTokens) out")
    }
    if !isUsual(use.finishReason) { facts.append("ended with \(TerminalText.sanitised(use.finishReason))") }
    if use.partial { facts.append("partial") }
    return facts
  }

  /// How an answer ends that is whole.
  private static func isUsual(_ reason: String) -> Bool { ["", "stop", "end_turn"].contains(reason) }
}
