@testable import FlowdEngine
import FlowdModel
import Testing

@Suite("Conditions, checks, repetitions and outputs")
struct ResultTests {
  private static let run = "uses: run, with: { command: \"true\" }"

  // MARK: if

  @Test("A condition is evaluated when its step is ready, with results; a skip satisfies what needs the step")
  func condition() throws {
    let (lab, run) = try Lab.running(
      """
      steps:
        - { id: a, \(Self.run) }
        - { id: big, \(Self.run), if: "${{ steps.a.stdout == 'big' }}" }
        - { id: small, \(Self.run), needs: [a], if: "${{ steps.a.stdout ~= 'big' }}" }
        - { id: both, \(Self.run), needs: [big, small], env: { SEEN: "${{ steps.big.status }}" } }
      """)
    lab.finish(run, "a", stdout: "small")
    #expect(lab.runningSteps(run) == ["small"])
    #expect(lab.stepStatuses(run) == [.succeeded, .skipped, .running, .pending])
    lab.finish(run, "small")
    #expect(lab.request(run, "both")?.environment.contains("SEEN=skipped") == true)
    #expect(!lab.story(run).contains { $0.hasPrefix("started big") })
  }

  @Test(
    "nil has no value and is a mistake; false and null skip; anything else holds",
    arguments: [("false", StepStatus.skipped), ("null", .skipped), ("0", .running), ("''", .running), ("nil", .failed)])
  func truth(_ value: String, _ expected: StepStatus) throws {
    let (lab, run) = try Lab.running("steps: [{ id: a, \(Self.run), if: \"${{ \(value) }}\" }]")
    #expect(lab.stepStatuses(run) == [expected])
  }

  @Test("A need that accepts any end is met by a failure that does not fail the run, or that it is a finalizer of")
  func anyNeed() throws {
    let (lab, run) = try Lab.running(
      """
      steps:
        - { id: a, \(Self.run), continue-on-error: true }
        - { id: b, \(Self.run), needs: { a: any }, env: { SEEN: "${{ steps.a.status }}" } }
      """)
    lab.finish(run, "a", .exited(1))
    #expect(lab.request(run, "b")?.environment.contains("SEEN=failed") == true)
  }

  // MARK: expect

  @Test("All checks are evaluated and kept with what was seen; one that fails fails the step")
  func checks() throws {
    let (lab, run) = try Lab.running(
      """
      inputs: { want: { type: string, default: yes } }
      steps:
        - id: a
          uses: run
          with: { command: "true" }
          expect:
            - { stdout: { contains: "${{ inputs.want }}" } }
            - { stdout: { startsWith: no } }
            - { json: $.n, ">": 1 }
      """)
    lab.finish(run, "a", stdout: "{\"n\": 5, \"say\": \"yes\"}")
    #expect(lab.status(run) == .failed)
    let checks = try #require(lab.output(run, "a")?.details.checks)
    #expect(checks.map(\.passed) == [true, false, true])
    #expect(lab.error(run, "a")?.hasPrefix("1 of 3 checks failed: stdout startsWith") == true)
    #expect(lab.step(run, "a")?.error?.errorClass == .fatal)
  }

  @Test("A check of the exit code decides instead of the rule that only 0 is good")
  func exitCheck() throws {
    let yaml = "steps: [{ id: a, \(Self.run), expect: [{ exit: { \"<=\": 1 } }] }]"
    for (code, expected) in [(0, RunStatus.succeeded), (1, .succeeded), (2, .failed)] as [(Int32, RunStatus)] {
      let (lab, run) = try Lab.running(yaml)
      lab.finish(run, "a", .exited(code))
      #expect(lab.status(run) == expected)
    }
  }

  @Test("Checks do not look at what has no result: a time-out stays a time-out and is tried again")
  func checksOfNothing() throws {
    let (lab, run) = try Lab.running(
      "steps: [{ id: a, \(Self.run), timeout: 1s, retry: { limit: 1, delay: 0s }, expect: [{ exit: 0 }] }]")
    lab.finish(run, "a", .timedOut)
    lab.pass(.zero)
    lab.finish(run, "a", .timedOut)
    #expect(lab.error(run, "a") == "timed out after 1 s")
    #expect(lab.output(run, "a")?.details.checks.isEmpty ?? true)
  }

  // MARK: until

  private static func until(_ rest: String = "") -> String {
    """
    steps:
      - { id: a, \(run), until: { condition: "${{ stdout == 'ready' }}", interval: 2s, deadline: 5s }\(rest) }
    """
  }

  @Test("A step is repeated until its condition holds; only the last attempt decides", arguments: [false, true])
  func until(_ restarts: Bool) throws {
    let (lab, run) = try Lab.running(Self.until(", expect: [{ exit: 0 }]"))
    lab.finish(run, "a", .exited(1), stdout: "not yet")
    #expect(lab.stepStatuses(run) == [.waitingRetry])
    if restarts {
      lab.restart()
      lab.resume()
      lab.settle()
    }
    lab.pass(.seconds(2))
    lab.finish(run, "a", stdout: "not yet")
    lab.pass(.seconds(2))
    lab.finish(run, "a", stdout: "ready")
    #expect(lab.status(run) == .succeeded)
    #expect(lab.step(run, "a")?.attempt == 3 && lab.step(run, "a")?.retries == 0)
    #expect(lab.output(run, "a")?.stdout == Array("ready".utf8))
  }

  @Test("When it does not hold in time the step fails and says so; retry does not begin it again")
  func untilDeadline() throws {
    let (lab, run) = try Lab.running(Self.until(", retry: { limit: 5, when: any }"))
    for _ in 0..<2 {
      lab.finish(run, "a", .exited(3), stdout: "not yet")
      lab.pass(.seconds(2))
    }
    lab.finish(run, "a", .exited(3), stdout: "not yet")
    #expect(lab.status(run) == .failed)
    #expect(
      lab.error(run, "a") == "'until' did not hold within 5 s, after 3 attempts; the last attempt exited with code 3")
  }

  @Test("A condition that is a mistake fails the step at once")
  func untilMistake() throws {
    let (lab, run) = try Lab.running(
      "steps: [{ id: a, \(Self.run), until: { condition: \"${{ stdout.x.y }}\", interval: 1s } }]")
    lab.finish(run, "a")
    #expect(lab.status(run) == .failed)
    #expect(lab.step(run, "a")?.attempt == 1)
  }

  // MARK: wait

  @Test("A wait lasts as long as it says; one of no length ends at once")
  func wait() throws {
    for (text, seconds) in [("0s", 0), ("90s", 90), ("${{ 1 + 1 }}m", 120)] {
      let (lab, run) = try Lab.running("steps: [{ id: a, uses: wait, with: { for: \"\(text)\" } }]")
      if seconds > 0 {
        lab.pass(.milliseconds(seconds * 1000 - 1))
        #expect(lab.status(run) == .running)
        lab.pass(.milliseconds(1))
      }
      #expect(lab.status(run) == .succeeded)
    }
    let (lab, run) = try Lab.running("steps: [{ id: a, uses: wait, with: { for: \"${{ 'soon' }}\" } }]")
    #expect(lab.status(run) == .failed)
  }

  @Test("A wait until something holds looks again and again, up to its deadline", arguments: [false, true])
  func waitUntil(_ restarts: Bool) throws {
    let (lab, run) = try Lab.running(
      """
      steps:
        - { id: slow, \(Self.run), needs: [] }
        - { id: a, uses: wait, needs: [], with: { until: "${{ now() > '2023-11-14T22:13:24Z' }}", interval: 1s } }
        - { id: b, uses: wait, needs: [], with: { until: "${{ false }}", interval: 1s, deadline: 10s }, continue-on-error: true }
      """)
    lab.pass(.seconds(2))
    if restarts {
      lab.restart()
      lab.resume()
      lab.settle()
    }
    lab.finish(run, "slow")
    #expect(lab.stepStatuses(run) == [.succeeded, .running, .running])
    lab.pass(.seconds(3))
    #expect(lab.stepStatuses(run) == [.succeeded, .succeeded, .running])
    lab.pass(.seconds(6))
    #expect(lab.error(run, "b") == "'until' did not hold within 10 s")
    #expect(lab.status(run) == .succeeded)
  }

  // MARK: outputs

  @Test("Named outputs keep their types; one that is a mistake fails the step, one too large too")
  func outputs() throws {
    let (lab, run) = try Lab.running(
      """
      steps:
        - id: a
          uses: run
          with: { command: "true" }
          outputs: { word: "<${{ stdout }}>", number: "${{ #stdout }}", both: ["${{ exit }}", { x: "${{ attempt }}" }] }
        - { id: b, \(Self.run), if: "${{ steps.a.outputs.number + 1 == 4 and steps.a.outputs.both[2].x == 1 }}" }
        - { id: c, \(Self.run), outputs: { big: "${{ string.rep(stdout, 40000) }}" } }
      """)
    lab.finish(run, "a", stdout: "abc")
    #expect(
      lab.output(run, "a")?.details.outputs == [
        .init("word", .string("<abc>")), .init("number", .number("3")),
        .init("both", .array([.number("0"), .object([.init("x", .number("1"))])])),
      ])
    lab.finish(run, "b")
    lab.finish(run, "c", stdout: String(repeating: "x", count: 30))
    #expect(lab.status(run) == .failed)
    #expect(lab.error(run, "c")?.contains("'outputs' takes") == true, "\(lab.error(run, "c") ?? "")")
  }

  @Test("A script's value is its step's result; its mistake fails the step and names the line")
  func script() throws {
    let (lab, run) = try Lab.running(
      """
      inputs: { n: { type: number, default: 4 } }
      steps:
        - { id: a, \(Self.run) }
        - { id: b, uses: script, with: { lua: "return { n = inputs.n, said = steps.a.stdout }" }, expect: [{ json: $.n, "==": 4 }] }
        - id: c
          uses: script
          with:
            lua: |
              local x = steps.b.result
              return x.no.such
      """)
    lab.finish(run, "a", stdout: "hey")
    #expect(lab.output(run, "b")?.details.result == .object([.init("n", .number("4")), .init("said", .string("hey"))]))
    #expect(lab.status(run) == .failed)
    #expect(lab.error(run, "c")?.hasPrefix("f.flow.yaml:10: ") == true, "\(lab.error(run, "c") ?? "")")
  }

  @Test("What runs when another step fails is ended or finishes by the class of the error", arguments: [false, true])
  func onFailure(_ isFatal: Bool) throws {
    let (lab, run) = try Lab.running(
      """
      on-failure: { recoverable: finish, fatal: cancel }
      steps:
        - { id: a, \(Self.run), needs: [] }
        - { id: b, \(Self.run), needs: [] }
        - { id: c, \(Self.run), needs: [b] }
      """)
    lab.finish(run, "a", .exited(isFatal ? 127 : 1))
    #expect(lab.work(run, "b")?.isTerminated == isFatal)
    lab.finish(run, "b", isFatal ? .cancelled : .exited(0))
    #expect(lab.status(run) == .failed)
    #expect(lab.stepStatuses(run) == [.failed, isFatal ? .cancelled : .succeeded, .notRun])
  }

  @Test("Outputs of a flow that together are larger than a result are left out")
  func largeFlowOutputs() throws {
    let (lab, run) = try Lab.running(
      """
      steps: [{ id: a, uses: run, with: { command: "true" } }]
      outputs: { one: "${{ steps.a.stdout }}", two: "${{ steps.a.stdout }}", three: "${{ steps.a.exit }}" }
      """)
    lab.finish(run, "a", stdout: String(repeating: "x", count: Limits.resultBytesMax * 2 / 3))
    #expect(lab.status(run) == .succeeded)
    let outputs = JSONValue.members(lab.store.run(run)?.outputs ?? [])
    #expect(outputs.map(\.name) == ["one", "three"])
  }

  @Test("A script that raises a long text fails with the beginning of it")
  func longError() throws {
    let (lab, run) = try Lab.running(
      "steps: [{ id: a, uses: script, with: { lua: \"error(string.rep('x', 100000))\" } }]")
    let message = try #require(lab.error(run, "a"))
    #expect(message.hasSuffix("xxx…") && message.utf8.count <= Limits.stepErrorBytesMax + 3)
    #expect(lab.store.run(run)?.error.contains("xxx…") == true)
  }
}
