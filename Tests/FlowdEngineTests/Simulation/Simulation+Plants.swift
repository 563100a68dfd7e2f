@testable import FlowdEngine
import FlowdModel
import TestSupport

extension Simulation.Plant {
  /// A definition as a faulty engine would follow it; under the same hash.
  func spoiled(_ flow: PinnedDefinition) -> PinnedDefinition {
    var definition = flow.flow
    switch self {
    case .ignoresNeeds: for index in definition.steps.indices { definition.steps[index].needs = [] }
    case .retriesOnceMore: for index in definition.steps.indices { definition.steps[index].retry.limit += 1 }
    case .forgetsFinalizers:
      for index in definition.steps.indices { definition.steps[index].condition?.reads.asksForStatus = false }
    case .ignoresGroups: definition.concurrencyGroup = nil
    case .runsTooMuchAtOnce: definition.maxParallel += 1
    case .ignoresConditions: for index in definition.steps.indices { definition.steps[index].condition = nil }
    case .answersBeforeCommit, .writesHalfOfAFailedBatch, .losesAReport, .startsTwice, .losesAnEffect, .losesTimers,
      .asksAgain, .forgetsAttempts:
      return flow
    }
    return PinnedDefinition(
      flow: definition, hash: flow.hash, canonicalJSON: flow.canonicalJSON, source: flow.source,
      subflows: flow.subflows.mapValues(spoiled))
  }
}

extension Lab {
  /// What a restart would find if rows were not written.
  func spoilRows(_ plant: Simulation.Plant, _ random: inout SplitMix64) {
    switch plant {
    case .asksAgain: store.forgetAnAnswer()
    case .forgetsAttempts: store.forgetAnAttempt()
    default: return
    }
  }
}

extension MemoryStore {
  private func unfinished(_ isWanted: (StepRecord, StepDefinition) -> Bool) -> Batch.StepKey? {
    steps.filter { key, step in
      guard let run = runs[key.run], !run.status.isFinal, step.parent == nil else { return false }
      return definitions[run.snapshot.definitionHash].map { isWanted(step, $0.flow.steps[step.index]) } ?? false
    }.keys.min { ($0.run, $0.index) < ($1.run, $1.index) }
  }

  mutating func forgetAnAnswer() {
    let found = unfinished { step, definition in
      if case .input = definition.action { step.status == .succeeded } else { false }
    }
    guard let found else { return }
    steps[found]?.status = .waitingInput
    steps[found]?.question = PendingQuestion(
      id: "again#1", reason: .input, prompt: "Well?", kind: .boolean, options: [], defaultValue: nil,
      askedAt: Timestamp(microsecondsSince1970: 0))
  }

  mutating func forgetAnAttempt() {
    let found = unfinished { step, _ in step.attempt > 0 && step.status == .running && step.firstChild == nil }
    if let found { steps[found]?.attempt -= 1 }
  }
}
