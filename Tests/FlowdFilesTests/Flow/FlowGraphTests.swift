import FlowdFiles
import FlowdModel
import Testing

struct FlowGraphTests {
  @Test(
    arguments: [
      (steps(("build", ""), ("b", "needs: [biuld]")), ["3:55: unknown step 'biuld'; did you mean 'build'?"]),
      (steps(("build", ""), ("b", "needs: nothing")), ["3:54: unknown step 'nothing'"]),
      (steps(("a", "needs: [a]")), ["2:55: step 'a' may not need itself"]),
      (steps(("a", ""), ("b", "needs: [a, a]")), ["3:58: step 'a' is already needed"]),
      (
        steps(("a", ""), ("b", "needs: {a: maybe}")),
        ["3:58: the need for 'a' must be one of 'ok', 'any'; found 'maybe'"]
      ),
      (steps(("a", ""), ("b", "needs: {c: ok}")), ["3:55: unknown step 'c'"]),
      (steps(("a", ""), ("b", "needs: [[a]]")), ["3:55: an element of 'needs' must be text, found a list"]),
      (
        steps(("a", ""), ("b", "needs: ~")),
        ["3:54: 'needs' must be a step, a list of steps, or [] for none, found nothing"]
      ),
      (steps(("a", "needs: b"), ("b", "")), ["2:47: the steps need each other in a circle: a → b → a"]),
      (
        steps(("a", "needs: [c]"), ("b", ""), ("c", "")),
        ["2:47: the steps need each other in a circle: a → c → b → a"]
      ),
      (
        steps(("r", ""), ("a", "needs: {r: ok, b: any}"), ("b", "needs: [a]"), ("x", "needs: y"), ("y", "needs: x")),
        [
          "3:47: the steps need each other in a circle: a → b → a",
          "5:47: the steps need each other in a circle: x → y → x",
        ]
      ),
    ] as [(String, [String])])
  func edgesAreChecked(text: String, expected: [String]) {
    #expect(problems(text) == expected)
  }

  @Test(arguments: [
    ("needs: []", "3:54: step 'b' does not need step 'a', whose results may not be there yet; add it to 'needs'"),
    ("needs: [a]", nil), ("", nil), ("needs: c", nil), ("needs: {a: any}", nil), ("needs: d", nil),
  ])
  func aStepRefersOnlyToStepsItNeeds(needs: String, expected: String?) {
    let text = """
      steps:
        - { id: a, uses: run, with: { command: x } }
        - { id: b, uses: run, with: { command: [echo, "${{ steps.a.exit }}"] }, \(needs) }
        - { id: c, uses: run, with: { command: x }, needs: [a] }
        - { id: d, uses: run, with: { command: x }, needs: [c] }
      report: ${{ steps.b.stdout }}
      """
    #expect(problems(text) == [expected].compactMap(\.self))
  }

  @Test func aStepMayNotReferToItselfOrToLaterOnes() {
    let text = steps(("a", "env: {X: \"${{ steps.a.exit }}\"}"), ("b", "cwd: \"${{ steps.c.stdout }}\""), ("c", ""))
    #expect(
      problems(text) == [
        "2:61: step 'a' may not refer to its own results",
        "3:57: step 'b' does not need step 'c', whose results may not be there yet; add it to 'needs'",
      ])
  }

  @Test func whatRunsWhateverHappenedMayReadAnyStep() {
    let text = { (condition: String) in
      steps(("a", ""), ("b", "needs: [], if: \(condition), env: { X: \"${{ steps.a.status }}\" }"))
    }
    #expect(problems(text("always()")) == [])
    #expect(problems(text("success()")).count == 1)
  }

  @Test func theNumberOfStepsIsBounded() {
    let steps = { (count: Int) in
      "steps:\n" + (0..<count).map { "- {id: s\($0), uses: run, with: {command: [a]}}\n" }.joined()
    }
    #expect(parse(steps(Limits.flowStepsMax)).definition?.steps.count == Limits.flowStepsMax)
    #expect(problems(steps(Limits.flowStepsMax + 1)) == ["10002:3: at most 10000 steps are allowed"])
  }

  @Test func theNumberOfNeedsIsBounded() throws {
    let names = (0..<400).map { "s\($0)" }
    let roots = names.map { "- {id: \($0), uses: run, with: {command: [a]}, needs: []}\n" }.joined()
    let all = names.joined(separator: ",")
    let step = { (index: Int) in "- {id: t\(index), uses: run, with: {command: [a]}, needs: [\(all)]}\n" }
    let most = "steps:\n" + roots + (0..<250).map(step).joined()
    #expect(parse(most).definition?.steps.count == 650)
    #expect(problems(most + step(250)) == ["652:55: at most 100000 needs are allowed in one flow"])
  }

  @Test func aLongChainNeitherOverflowsNorTakesLong() {
    let chain = (0..<5000).map { index in
      "- {id: s\(index), uses: run, with: {command: [a, \"${{ steps.s0.exit }}\"]}, needs: [\(index == 0 ? "" : "s\(index - 1)")]}\n"
    }
    #expect(problems("steps:\n" + chain.joined()) == ["2:48: step 's0' may not refer to its own results"])
    let circle = chain.joined().replacing("[]", with: "[s4999]", maxReplacements: 1)
    #expect(
      problems("steps:\n" + circle) == [
        "2:69: the steps need each other in a circle: s0 → s4999 → s4998 → s4997 → s4996 → s4995 → s4994 → s4993 → s4992"
          + " → s4991 → … → s0"
      ])
  }

  @Test func misspeltNeedsAmongManyStepsAreReportedInTime() {
    let text =
      "steps:\n"
      + (0..<5000).map { index in
        "- {id: step\(index), uses: run, with: {command: [a]}, needs: [stp\(index), nope\(index)]}\n"
      }.joined()
    #expect(problems(text).count == Limits.diagnosticsMax)
  }
}
