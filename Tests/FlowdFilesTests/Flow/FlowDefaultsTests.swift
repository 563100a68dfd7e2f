import FlowdFiles
import FlowdModel
import Testing

struct FlowDefaultsTests {
  private func steps(_ defaults: String, _ steps: String...) -> [StepDefinition]? {
    let text = "defaults:\n  \(defaults)\nsteps:\n" + steps.map { "  - \($0)\n" }.joined()
    #expect(problems(text) == [])
    return parse(text).definition?.steps
  }

  private let run = "{ id: a, uses: run, with: { command: x }"

  @Test func mappingsAreMergedByKey() {
    let found = steps(
      "{ retry: { limit: 2, delay: 5s, when: any }, env: { A: 1, B: 2 } }", run + " }",
      "{ id: b, uses: run, with: { command: x }, retry: { limit: 0, jitter: 0 }, env: { C: 3, A: 0 } }")
    #expect(found?[0].retry == RetryPolicy(limit: 2, delay: .seconds(5), condition: .any))
    #expect(found?[0].env.map(\.name) == ["A", "B"])
    #expect(found?[1].retry == RetryPolicy(limit: 0, delay: .seconds(5), jitter: 0, condition: .any))
    #expect(
      found?[1].env == [
        EnvironmentEntry(name: "A", value: Template("0")), EnvironmentEntry(name: "B", value: Template("2")),
        EnvironmentEntry(name: "C", value: Template("3")),
      ])
  }

  @Test func singleValuesOfTheStepWin() {
    let found = steps(
      "{ timeout: 1s, deadline: 2s, on-restart: fail, continue-on-error: true, circuit: x }", run + " }",
      run.replacing("id: a", with: "id: b")
        + ", timeout: 3s, deadline: 4s, on-restart: ask, continue-on-error: false, circuit: y }")
    #expect(
      found?[0]
        == StepDefinition(
          id: "a", line: 4, action: .run(.shell(script: "x", shell: "sh")), timeout: .seconds(1),
          deadline: .seconds(2), continueOnError: true, onRestart: .fail, circuit: "x"))
    #expect(
      found?[1]
        == StepDefinition(
          id: "b", line: 5, needs: [Need(step: 0)], action: .run(.shell(script: "x", shell: "sh")),
          timeout: .seconds(3), deadline: .seconds(4), continueOnError: false, onRestart: .ask, circuit: "y"))
  }

  @Test func checksAreReplacedOrAdded() {
    let found = steps(
      "{ expect: [exit: 0] }", run + " }", run.replacing("id: a", with: "id: b") + ", expect: [stderr: ''] }",
      run.replacing("id: a", with: "id: c") + ", +expect: [stderr: ''] }",
      run.replacing("id: a", with: "id: d") + ", expect: [] }")
    let queries = found?.map { $0.expect.map(\.query) }
    #expect(queries == [[.exit], [.stderr], [.exit, .stderr], []])
  }

  @Test func stepsTakeOnlyWhatTheirKindMayHave() {
    let found = steps(
      "{ timeout: 1s, deadline: 1s, on-restart: fail, circuit: x, env: { A: b }, continue-on-error: true, "
        + "retry: { limit: 9 }, expect: [exit: 0, { json: $, exists: true }, { status: 200 }] }",
      "{ id: i, uses: input, with: { prompt: x } }", "{ id: w, uses: wait, with: { for: 1s } }",
      "{ id: s, uses: script, with: { lua: return 1 } }", "{ id: f, uses: flow, with: { flow: x } }",
      "{ id: r, uses: run, with: { command: x } }")
    for index in 0...1 {
      #expect(found?[index].timeout == nil)
      #expect(found?[index].deadline == nil)
      #expect(found?[index].onRestart == .retry)
      #expect(found?[index].circuit == nil)
      #expect(found?[index].retry == RetryPolicy())
      #expect(found?[index].continueOnError == true)
    }
    #expect(found?.map(\.env.count) == [0, 0, 0, 0, 1])
    #expect(found?.map(\.expect.count) == [0, 0, 1, 0, 2])
    #expect(found?.map(\.retry.limit) == [0, 0, 9, 9, 9])
  }

  @Test(
    arguments: [
      ("x", ["1:11: 'defaults' must be a mapping, found the text 'x'"]),
      ("{ foreach: [1] }", ["1:13: unknown key 'foreach'; write it in each step"]),
      ("{ timout: 1s }", ["1:13: unknown key 'timout'; did you mean 'timeout'?"]),
      (
        "{ http: {} }",
        [
          "1:13: unknown key 'http'; 'defaults' may have 'env', 'expect', 'retry', 'timeout', 'deadline', 'on-restart', 'continue-on-error', 'circuit', 'baseUrl', 'headers'"
        ]
      ),
      ("{ timeout: 1 }", ["1:22: 'timeout' needs a unit; write 1s for seconds, or use ms, m, h or d"]),
      (
        "{ env: { A: \"${{ steps.a.stdout }}\" } }",
        ["1:28: 'defaults' are those of every step, so they may not refer to a step's results"]
      ),
      (
        "{ env: { A: \"${{ stdout }}\" } }",
        [
          "1:28: unknown name 'stdout'; a step's own results can be read in 'expect', 'until', 'outputs' and 'retry.when' only, those of other steps as steps.ID.stdout"
        ]
      ),
      (
        "{ retry: { when: result == 1 } }",
        ["1:28: 'result' is no result of 'uses: run', which step 'a' has; write this in the steps it is for"]
      ),
      (
        "{ expect: [{ body: \"${{ result }}\" }] }",
        ["1:35: 'result' is no result of 'uses: run', which step 'a' has; write this in the steps it is for"]
      ),
    ] as [(String, [String])])
  func defaultsAreChecked(text: String, expected: [String]) {
    #expect(problems(withFlow("defaults: \(text)")) == expected)
  }

  @Test func aDefaultThatNoStepTakesMayNameWhatNoneHas() {
    let defaults = "defaults: { retry: { when: result == 1 }, expect: [body: \"${{ result }}\"] }\n"
    #expect(problems(defaults + withStep("retry: { when: any }", "expect: []")) == [])
    #expect(problems(defaults + withStep(uses: "script", with: "{ lua: return 1 }")) == [])
  }

  @Test func aMistakeInDefaultsIsReportedOnce() {
    let text = "defaults: { timeout: 1 }\n" + FlowdFilesTests.steps(("a", ""), ("b", ""), ("c", ""))
    #expect(problems(text).count == 1)
  }

  @Test func checksAreGivenInOneWay() {
    #expect(
      problems(withStep("expect: []", "+expect: []")) == [
        "6:5: 'expect' replaces the checks of 'defaults' and '+expect' adds to them; give one"
      ])
    let many = String(repeating: "exit: 0, ", count: 60)
    let text = "defaults: { expect: [\(many)] }\n" + withStep("+expect: [\(many)]")
    #expect(problems(text) == ["6:14: at most 100 checks are allowed, those of 'defaults' with them"])
  }

  @Test func whatIsMergedIsBounded() {
    let variables = (0..<4_000).map { "A\($0): x" }.joined(separator: ", ")
    let text = { (count: Int) in
      "defaults: { env: { \(variables) } }\nsteps:\n"
        + (0..<count).map { "- { id: s\($0), uses: run, with: { command: x }, env: { B: y } }\n" }.joined()
    }
    #expect(problems(text(49)) == [])
    #expect(
      problems(text(60)) == ["52:3: with those of 'defaults' the steps have more than 200000 variables and checks"])
    let shared = text(10_000).replacing(", env: { B: y } }", with: " }")
    #expect(parse(shared).definition?.steps.last?.env.count == 4_000)
  }
}
