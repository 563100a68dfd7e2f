import FlowdLua
import FlowdModel
import Testing

@testable import FlowdSteps

@Suite struct ScriptResultTests {
  @Test func aScriptReturnsWhatItMakesOfItsValues() async throws {
    let scripts = try Scripts()
    let attempt = scripts.start(
      "return { name = inputs.name .. '!', code = steps.build.exit + 1, at = now() }",
      values: [.init("inputs", .object([.init("name", .string("Ada"))]))],
      steps: [
        ReadableStep(id: "build", kind: "run", results: StepResults(StepRecord(index: 1, status: .failed, exitCode: 3)))
      ])
    guard case .returned(let value) = try await scripts.outcome(of: attempt) else {
      Issue.record("it returned nothing")
      return
    }
    #expect(value["name"] == .string("Ada!"))
    #expect(value["code"] == .number("4"))
    guard case .string(let time)? = value["at"] else {
      Issue.record("now() gave no text")
      return
    }
    #expect(time.hasPrefix("2023-11-14T22:13:20"))
  }

  @Test func aScriptWithoutAResultReturnsNull() async throws {
    let scripts = try Scripts()
    #expect(try await scripts.outcome(of: scripts.start("local x = 1")) == .returned(.null))
  }

  @Test(arguments: [(RunProgress.good, false), (.failed, true), (.cancelled, false)])
  func aScriptSeesHowTheRunGoes(progress: RunProgress, hasFailed: Bool) async throws {
    let scripts = try Scripts()
    let attempt = scripts.start("return failure()", progress: progress)
    #expect(try await scripts.outcome(of: attempt) == .returned(.bool(hasFailed)))
  }

  @Test func anErrorTellsTheLineOfTheFlowFile() async throws {
    let scripts = try Scripts()
    let attempt = scripts.start("local x = 1\nerror('no luck')", firstLine: 40)
    #expect(
      try await scripts.outcome(of: attempt) == .raised(ExpressionError(.failed, "no luck", line: 41)))
  }

  @Test func aMistakeInTheSourceTellsItsLine() async throws {
    let scripts = try Scripts()
    let attempt = scripts.start("local x = 1\nlocal y = = 2", firstLine: 40)
    guard case .raised(let error) = try await scripts.outcome(of: attempt) else {
      Issue.record("it was accepted")
      return
    }
    #expect(error.kind == .syntax)
    #expect(error.line == 41)
  }

  @Test(arguments: [(-2, true), (-1, false)])
  func aResultMayTakeAsManyBytesAsAStepKeeps(beyond: Int, isReturned: Bool) async throws {
    let scripts = try Scripts()
    let attempt = scripts.start("return string.rep('x', \(Limits.resultBytesMax + beyond))", firstLine: 12)
    switch try await scripts.outcome(of: attempt) {
    case .returned(.string(let text)):
      #expect(isReturned && text.utf8.count == Limits.resultBytesMax + beyond)
    case .raised(let error):
      #expect(!isReturned && error.kind == .exhausted && error.line == 12)
      #expect(error.message.contains("\(Limits.resultBytesMax + beyond + 2) bytes"))
    case let other:
      Issue.record("\(other)")
    }
  }

  @Test func aMemoryBombFailsAndHurtsNoOther() async throws {
    let scripts = try Scripts()
    let bombs = (0..<4).map { _ in
      scripts.start("local all = {}\nwhile true do all[#all + 1] = ('x'):rep(1000000) .. #all end", firstLine: 7)
    }
    let others = (0..<50).map { scripts.start("return \($0) + 1") }
    for bomb in bombs {
      guard case .raised(let error) = try await scripts.outcome(of: bomb) else {
        Issue.record("it was no bomb")
        continue
      }
      #expect(error.kind == .exhausted)
      #expect(error.line == 8)
    }
    for (number, other) in others.enumerated() {
      #expect(try await scripts.outcome(of: other) == .returned(.number("\(number + 1)")))
    }
  }

  @Test func aThousandScriptsOfSeveralCallersEachGetTheirOwnResult() async throws {
    let scripts = try Scripts()
    let attempts = (0..<1_000).map { _ in AttemptID.unique() }
    await withTaskGroup(of: Void.self) { group in
      for caller in 0..<8 {
        group.addTask {
          for number in stride(from: caller, to: 1_000, by: 8) {
            scripts.start(
              "local sum = 0 for i = 1, 100 do sum = sum + inputs.n end return sum", as: attempts[number],
              values: [.init("inputs", .object([.init("n", .number("\(number)"))]))])
          }
        }
      }
    }
    try await scripts.finish(1_000)
    var results: [AttemptID: StepResult.Outcome] = [:]
    for attempt in attempts { results[attempt] = try await scripts.outcome(of: attempt) }
    for (number, attempt) in attempts.enumerated() {
      #expect(results[attempt] == .returned(.number("\(number * 100)")))
    }
    #expect(scripts.executor.counts == (0, 0))
  }
}
