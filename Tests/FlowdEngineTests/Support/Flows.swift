import FlowdModel

/// Definitions for tests.
enum Flows {
  static func pinned(_ flow: FlowDefinition, version: Int = 1) -> PinnedDefinition {
    PinnedDefinition(flow: flow, hash: "\(flow.id)-\(version)", canonicalJSON: Array("\(flow.id)-\(version)".utf8))
  }

  static func step(
    _ id: String, needs: [Need] = [], continueOnError: Bool = false, onRestart: RestartPolicy = .retry
  ) -> StepDefinition {
    StepDefinition(
      id: id, needs: needs, action: .run(.shell(script: id, shell: "sh")), continueOnError: continueOnError,
      onRestart: onRestart)
  }

  /// One step.
  static func single(_ id: String, onRestart: RestartPolicy = .retry) -> FlowDefinition {
    FlowDefinition(id: id, name: id, steps: [step("only", onRestart: onRestart)])
  }

  /// Steps one after the other.
  static func chain(_ id: String, _ count: Int) -> FlowDefinition {
    let steps = (0..<count).map { step("s\($0)", needs: $0 == 0 ? [] : [Need(step: $0 - 1)]) }
    return FlowDefinition(id: id, name: id, steps: steps)
  }

  static func random(_ id: String, _ random: inout SplitMix64) -> FlowDefinition {
    var steps: [StepDefinition] = []
    for index in 0..<(1 + random.below(5)) {
      var needs: [Need] = []
      for earlier in 0..<index where random.oneIn(2) { needs.append(Need(step: earlier, any: random.oneIn(4))) }
      steps.append(
        step(
          "s\(index)", needs: needs, continueOnError: random.oneIn(4), onRestart: random.oneIn(3) ? .fail : .retry))
    }
    return FlowDefinition(
      id: id, name: id, maxParallel: 1 + random.below(3), steps: steps,
      report: random.oneIn(2) ? Template([.text("out: "), .reference(.step(0, .stdout))]) : nil)
  }
}
