import FlowdWire
import TestSupport
import Testing

@testable import FlowdCLI

@Suite struct StepFoldTests {
  private let kinds: [API.StepStatus] = [
    .pending, .running, .waitingInput, .waitingRetry, .succeeded, .failed, .skipped, .cancelled, .notRun,
  ]

  @Test func everyPlanFitsItsRowsAndCountsEveryStep() {
    var random = SplitMix64(seed: 11)
    for _ in 0..<2000 {
      let count = Int.random(in: 0...60, using: &random)
      var statuses: [API.StepStatus] = []
      while statuses.count < count {
        let status = kinds.randomElement(using: &random) ?? .pending
        statuses += Array(repeating: status, count: Int.random(in: 1...9, using: &random))
      }
      let rows = Int.random(in: 1...40, using: &random)
      let plan = StepFold.plan(statuses, rows: rows)
      #expect(StepFold.cost(plan) <= rows, "\(statuses) in \(rows)")
      guard rows > 2 else { continue }
      let told = plan.reduce(0) { sum, entry in
        switch entry {
        case .step: sum + 1
        case .folded(_, let range): sum + range.count
        case .omitted(let count): sum + count
        }
      }
      #expect(told == statuses.count, "\(statuses) in \(rows)")
    }
  }

  @Test func foldsWhatIsFarFromTheStepsInHand() {
    let statuses: [API.StepStatus] =
      Array(repeating: .succeeded, count: 10) + [.running] + Array(repeating: .pending, count: 10)
    #expect(
      StepFold.plan(statuses, rows: 8) == [
        .folded(.succeeded, 0..<8), .step(8, details: false), .step(9, details: false), .step(10, details: true),
        .step(11, details: false), .step(12, details: false), .folded(.pending, 13..<21),
      ])
  }
}
