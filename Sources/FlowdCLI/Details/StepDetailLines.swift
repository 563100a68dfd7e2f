internal import FlowdWire

/// What is known of a step beyond its state: its request, or its agent.
enum StepDetailLines {
  /// One line; `nil` for other kinds of steps.
  static func summary(http: API.HttpExchange?, agent: API.AgentUse?, width: Int? = nil) -> String? {
    if let http { return ExchangeText.summary(http, width: width) }
    return agent.map { AgentText.summary($0) }
  }

  /// The lines below it.
  static func details(
    http: API.HttpExchange?, agent: API.AgentUse?, style: Style, width: Int?, isWhole: Bool = false
  ) -> [String] {
    if let http { return ExchangeText.details(http, style: style, width: width, isWhole: isWhole) }
    return agent.map { AgentText.details($0, style: style, width: width, isWhole: isWhole) } ?? []
  }
}
