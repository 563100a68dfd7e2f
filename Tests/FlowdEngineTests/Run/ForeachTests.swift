@testable import FlowdEngine
import FlowdModel
import Testing

@Suite("Lists of steps")
struct ForeachTests {
  private static let run = "uses: run, with: { command: \"true\" }"

  private static func each(_ list: String, _ keys: String = "") -> String {
    """
    steps:
      - { id: each, \(run), foreach: { in: \(list), as: word\(keys) }, env: { W: "${{ index }}${{ word }}" } }
      - { id: after, \(run), env: { ALL: "${{ table.concat(map(steps.each, function(s) return s.stdout .. s.item end)) }}" } }
    """
  }

  private func elements(_ lab: Lab, _ run: RunID) -> [StepStatus?] {
    (0..<(lab.step(run, "each")?.childCount ?? 0)).map { lab.step(run, "each[\($0)]")?.status }
  }

  @Test("Each element is a step of its own, and the results stand in the list's order", arguments: [false, true])
  func order(_ restarts: Bool) throws {
    let (lab, run) = try Lab.running(Self.each("[x, y, z]"))
    #expect(lab.runningSteps(run) == ["each[0]", "each[1]", "each[2]"])
    #expect(lab.request(run, "each[1]")?.environment.contains("W=2y") == true)
    #expect(lab.request(run, "each[1]")?.environment.contains("FLOWD_STEP_ID=each[1]") == true)
    lab.finish(run, "each[2]", stdout: "3")
    lab.finish(run, "each[0]", stdout: "1")
    if restarts {
      lab.restart()
      lab.resume()
      lab.settle()
      #expect(lab.running(run).map(\.attempt.attempt) == [2])
    }
    lab.finish(run, "each[1]", stdout: "2")
    #expect(lab.request(run, "after")?.environment.contains("ALL=1x2y3z") == true)
    #expect(lab.step(run, "each")?.status == .succeeded)
  }

  @Test("No more elements run at once than the list says, in its order", arguments: [false, true])
  func maxParallel(_ restarts: Bool) throws {
    let (lab, run) = try Lab.running(Self.each("[a, b, c, d, e]", ", max-parallel: 2"))
    for place in 0..<5 {
      if restarts {
        lab.restart()
        lab.resume()
        lab.settle()
      }
      #expect(lab.runningSteps(run) == (place..<min(5, place + 2)).map { "each[\($0)]" })
      lab.finish(run, "each[\(place)]")
    }
    #expect(lab.runningSteps(run) == ["after"])
  }

  @Test("The run's own bound holds besides")
  func flowBound() throws {
    let (lab, run) = try Lab.running("concurrency: { max-parallel: 1 }\n" + Self.each("[a, b]"))
    #expect(lab.runningSteps(run) == ["each[0]"])
    lab.finish(run, "each[0]")
    #expect(lab.runningSteps(run) == ["each[1]"])
  }

  @Test("A failed element ends the list: those that run are ended, the rest is not run")
  func failure() throws {
    let (lab, run) = try Lab.running(Self.each("[a, b, c, d]", ", max-parallel: 2"))
    lab.finish(run, "each[0]", .exited(4))
    #expect(lab.executor.areAllTerminated)
    lab.finish(run, "each[1]", .cancelled)
    #expect(elements(lab, run) == [.failed, .cancelled, .notRun, .notRun])
    #expect(lab.status(run) == .failed)
    #expect(lab.error(run, "each") == "each[0]: exited with code 4")
    #expect(lab.store.run(run)?.error == "step \"each\": each[0]: exited with code 4")
  }

  @Test("With continue-on-error every element runs, and the list has failed")
  func continueOnError() throws {
    let (lab, run) = try Lab.running(
      Self.each("[a, b, c]", ", max-parallel: 1").replacing("id: each,", with: "id: each, continue-on-error: true,"))
    lab.finish(run, "each[0]", .exited(1))
    lab.finish(run, "each[1]", .exited(2))
    lab.finish(run, "each[2]")
    #expect(elements(lab, run) == [.failed, .failed, .succeeded])
    #expect(lab.error(run, "each") == "each[0]: exited with code 1 (and 1 more of 3)")
    lab.finish(run, "after")
    #expect(lab.status(run) == .succeeded)
  }

  @Test("The list may come from a result; an empty one succeeds at once")
  func fromResult() throws {
    for (count, next) in [(2, ["each[0]", "each[1]"]), (0, ["after"])] {
      let (lab, run) = try Lab.running(
        """
        steps:
          - { id: make, uses: script, with: { lua: "local t = {} for i = 1, \(count) do t[i] = i * 10 end return t" } }
          - { id: each, \(Self.run), foreach: "${{ steps.make.result }}", env: { W: "${{ item }}" } }
          - { id: after, \(Self.run) }
        """)
      #expect(lab.runningSteps(run) == next, "\(lab.store.run(run)?.error ?? "")")
      if count > 0 { #expect(lab.request(run, "each[1]")?.environment.contains("W=20") == true) }
    }
  }

  @Test("What is no list, and one that is too long, fail the step", arguments: ["'text'", "{ a = 1 }", "many()"])
  func refused(_ list: String) throws {
    var flow = try Flows.parse("f", Self.each("\"${{ inputs }}\"")).flow
    let count = Limits.foreachItemsMax + 1
    let many = ValueTemplate.constant(.array([JSONValue](repeating: .null, count: count)))
    flow.steps[0].foreach?.list = list == "many()" ? many : .string(Template([.expression(Expression(list))]))
    let (lab, session) = try Lab.withSession(flow)
    let run = try lab.start(session).id
    #expect(lab.status(run) == .failed)
    let message = list == "many()" ? "has \(count) elements" : "needs a list"
    #expect(lab.error(run, "each")?.contains(message) == true, "\(lab.error(run, "each") ?? "")")
    #expect(lab.step(run, "each")?.childCount == nil)
  }

  @Test("A run has so many steps with those of its lists and no more")
  func runBound() throws {
    let items = ValueTemplate.constant(.array([JSONValue](repeating: .null, count: Limits.foreachItemsMax)))
    var flow = FlowDefinition(
      id: "f", name: "f", maxParallel: 1,
      steps: (0..<6).map { Flows.step("s\($0)", needs: $0 == 0 ? [] : [Need(step: $0 - 1)]) })
    for index in flow.steps.indices {
      flow.steps[index].foreach = Foreach(list: items)
      flow.steps[index].needs = []
    }
    let (lab, session) = try Lab.withSession(flow)
    let run = try lab.start(session).id
    let first = (Limits.runStepsMax - flow.steps.count) / Limits.foreachItemsMax
    #expect(lab.error(run, "s\(first)")?.contains("more than \(Limits.runStepsMax) steps") == true)
  }

  @Test("An element has its own condition's values, retries, repetitions, checks and outputs")
  func whole() throws {
    let (lab, run) = try Lab.running(
      """
      steps:
        - id: each
          uses: run
          with: { command: "true" }
          foreach: [1, 2]
          retry: { limit: 1, delay: 1s, jitter: 0 }
          expect: [{ stdout: { contains: "${{ item }}" } }]
          outputs: { twice: "${{ item * 2 }}" }
      report: "${{ steps.each[1].outputs.twice + steps.each[2].outputs.twice }}"
      """)
    lab.finish(run, "each[0]", .exited(1))
    lab.finish(run, "each[1]", stdout: "is 2")
    lab.pass(.seconds(1))
    lab.finish(run, "each[0]", stdout: "is 1")
    #expect(lab.status(run) == .succeeded, "\(lab.store.run(run)?.error ?? "")")
    #expect(lab.report(of: run) == "6")
  }

  @Test("Grace lets the elements in hand finish, and the others are not run", arguments: CancelMode.allCases)
  func cancelled(_ mode: CancelMode) throws {
    let (lab, run) = try Lab.running(Self.each("[a, b, c]", ", max-parallel: 1"))
    _ = try lab.cancel(try #require(lab.store.run(run)?.sessionID), run, mode)
    lab.finish(run, "each[0]", mode == .force ? .cancelled : .exited(0))
    #expect(elements(lab, run) == [mode == .force ? .cancelled : .succeeded, .notRun, .notRun])
    #expect(lab.step(run, "each")?.status == .cancelled)
    #expect(lab.status(run) == (mode == .force ? .cancelled : .interrupted))
  }
}
