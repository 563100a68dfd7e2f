@testable import FlowdEngine
import FlowdModel
import Testing

@Suite("Questions to a person")
struct QuestionTests {
  private static func ask(_ rest: String = "") -> String {
    "steps:\n  - { id: ask, uses: input, with: { prompt: Go on?, type: boolean\(rest) } }"
  }

  private func isWaiting(_ lab: Lab, _ run: RunID) -> Bool { lab.status(run) == .waitingInput }

  @Test("BATCH never parks: the default is taken, and without one the step fails")
  func batch() throws {
    let (lab, run) = try Lab.running(Self.ask(", default: true"))
    #expect(lab.status(run) == .succeeded)
    #expect(lab.output(run, "ask")?.details.result == .bool(true))
    #expect(lab.story(run).contains("answered ask by mode") && !lab.story(run).contains("asks ask"))
    let (other, none) = try Lab.running(Self.ask())
    #expect(other.status(none) == .failed)
    #expect(other.step(none, "ask")?.error?.errorClass == .needsUser)
    #expect(other.error(none, "ask") == "'Go on?' needs an answer: the mode is batch, and there is no default")
  }

  @Test("INTERACTIVE parks until a person answers, however long that takes; a restart changes nothing")
  func interactive() throws {
    let (lab, run) = try Lab.running(Self.ask(", default: true"), mode: .interactive)
    lab.pass(.seconds(86_400))
    lab.restart()
    lab.resume()
    lab.settle()
    lab.pass(.seconds(86_400))
    #expect(isWaiting(lab, run))
    #expect(lab.stepStatuses(run) == [.waitingInput])
    let (view, outcome) = try lab.answer(run, .bool(false))
    #expect(outcome == .accepted && view.record.status == .succeeded)
    #expect(lab.output(run, "ask")?.details.result == .bool(false))
    #expect(lab.story(run).filter { $0.hasPrefix("asks") } == ["asks ask"])
  }

  @Test("HYBRID parks while somebody watches, and treats the question as BATCH does some time after nobody does")
  func hybrid() throws {
    let flow = "input-timeout: 30s\n" + Self.ask(", default: true")
    let (lab, run) = try Lab.running(flow, mode: .hybrid)
    lab.pass(.seconds(20))
    #expect(isWaiting(lab, run))
    lab.watch(true)
    lab.pass(.seconds(3600))
    #expect(isWaiting(lab, run))
    lab.watch(false)
    lab.pass(.seconds(29))
    #expect(isWaiting(lab, run))
    lab.pass(.seconds(1))
    #expect(lab.status(run) == .succeeded)
    #expect(lab.story(run).contains("answered ask by timeout"))
  }

  @Test(
    "Watchers of other sessions, and a restart, do not lengthen how long a HYBRID run waits", arguments: [false, true])
  func hybridIsNotLengthened(_ restarts: Bool) throws {
    let (lab, run) = try Lab.running("input-timeout: 30s\n" + Self.ask(), mode: .hybrid)
    for _ in 0..<3 {
      lab.pass(.seconds(9))
      if restarts {
        lab.restart()
        lab.resume()
      }
      lab.engine.watchersChanged(now: lab.now)
      lab.settle()
      #expect(isWaiting(lab, run))
    }
    lab.pass(.seconds(3))
    #expect(lab.status(run) == .failed)
    #expect(lab.error(run, "ask") == "nobody answered 'Go on?' in time, and there is no default")
  }

  @Test("A watcher that leaves while the disk is full is noticed when it takes writes")
  func hybridDiskFull() throws {
    let (lab, session) = try Lab.withSession(
      try Flows.parse("f", "input-timeout: 30s\n" + Self.ask()), mode: .hybrid)
    lab.isWatched = true
    let run = try lab.start(session).id
    _ = lab.submit(.setMode(.batch, expected: Expected(revision: 1)), to: .session(session))
    lab.seal()
    lab.failCommit()
    lab.watch(false)
    lab.allowWrites()
    lab.settle()
    #expect(isWaiting(lab, run))
    lab.pass(.seconds(31))
    #expect(lab.status(run) == .failed)
  }

  @Test("A change of the mode decides again at once about the questions that wait")
  func modeChanges() throws {
    let (lab, run) = try Lab.running(Self.ask(", default: true"), mode: .interactive)
    let session = try #require(lab.store.run(run)?.sessionID)
    _ = try lab.call(.setMode(.hybrid, expected: Expected()), on: .session(session))
    #expect(isWaiting(lab, run) && lab.engine.nextTimer != nil)
    _ = try lab.call(.setMode(.interactive, expected: Expected()), on: .session(session))
    lab.pass(.seconds(3600))
    #expect(isWaiting(lab, run))
    _ = try lab.call(.setMode(.batch, expected: Expected()), on: .session(session))
    #expect(lab.status(run) == .succeeded)
    #expect(lab.store.run(run)?.snapshot.mode == .interactive && lab.store.run(run)?.mode == .batch)
    #expect(lab.story(run).filter { $0.hasPrefix("mode") } == ["mode hybrid", "mode interactive", "mode batch"])
  }

  @Test("A question's own timeout holds in every mode, from when it was asked, also across a restart")
  func timeout() throws {
    for mode in [RunMode.interactive, .hybrid] {
      let (lab, run) = try Lab.running(Self.ask(", default: false, timeout: 10m"), mode: mode)
      lab.watch(true)
      lab.pass(.seconds(300))
      lab.restart()
      lab.now = lab.now + .seconds(200)
      lab.resume()
      lab.settle()
      lab.watch(true)
      lab.pass(.seconds(99))
      #expect(isWaiting(lab, run))
      lab.pass(.seconds(1))
      #expect(lab.status(run) == .succeeded)
      #expect(lab.output(run, "ask")?.details.result == .bool(false))
      #expect(lab.story(run).contains("answered ask by timeout"))
    }
  }

  @Test(
    "A question that nobody answers for long fails, takes its default, or waits on, as the flow says",
    arguments: [
      ("fail", ", default: true", RunStatus.failed), ("default", ", default: true", .succeeded),
      ("default", "", .failed), ("keep", ", default: true", .waitingInput),
    ])
  func expiry(_ policy: String, _ rest: String, _ expected: RunStatus) throws {
    let (lab, run) = try Lab.running(
      "input-expiry: { after: 2d, then: \(policy) }\n" + Self.ask(rest), mode: .interactive)
    lab.pass(.seconds(86_400))
    lab.restart()
    lab.now = lab.now + .seconds(86_399)
    lab.resume()
    lab.settle()
    #expect(isWaiting(lab, run))
    lab.pass(.seconds(1))
    #expect(lab.status(run) == expected)
    if policy == "fail" { #expect(lab.error(run, "ask") == "'Go on?' has expired without an answer") }
  }

  @Test("A HYBRID run's question that was watched until it expired has expired, and takes no default")
  func expiryWhileWatched() throws {
    let (lab, run) = try Lab.running(
      "input-timeout: 1m\ninput-expiry: { after: 10m, then: fail }\n" + Self.ask(", default: true"), mode: .hybrid)
    lab.watch(true)
    lab.pass(.seconds(590))
    lab.watch(false)
    lab.pass(.seconds(10))
    #expect(lab.status(run) == .failed)
    #expect(lab.error(run, "ask") == "'Go on?' has expired without an answer")
  }

  private static let two = """
    steps:
      - { id: one, uses: input, needs: [], with: { prompt: First? } }
      - { id: two, uses: input, needs: [], with: { prompt: Second?, type: choice, options: [a, b], default: b } }
      - { id: after, uses: run, with: { command: "true" }, needs: [one, two] }
    """

  @Test("Of several questions an answer has to name one, by its step or by its id; the other waits on")
  func several() throws {
    let (lab, run) = try Lab.running(Self.two, mode: .interactive)
    let ambiguous = lab.refusal(of: .answer(AnswerRequest(run: run, value: .string("x"))), ofRun: run)
    #expect(ambiguous?.reason == "INPUT_AMBIGUOUS")
    #expect(ambiguous?.metadata["input_ids"] == "one#1, two#1")
    _ = try lab.answer(run, .string("b"), input: "two#1")
    #expect(lab.stepStatuses(run) == [.waitingInput, .succeeded, .pending])
    _ = try lab.answer(run, .string("x"), step: "one")
    #expect(lab.runningSteps(run) == ["after"])
  }

  @Test("The first valid answer wins: the same again is a success, another one is refused")
  func firstWins() throws {
    let (lab, run) = try Lab.running(Self.two, mode: .interactive)
    _ = try lab.answer(run, .string("mine"), step: "one")
    #expect(try lab.answer(run, .string("mine"), step: "one").1 == .repeated)
    #expect(try lab.answer(run, .string("mine"), input: "one#1").1 == .repeated)
    let other = lab.refusal(of: .answer(AnswerRequest(run: run, step: "one", value: .string("yours"))), ofRun: run)
    #expect(other?.reason == "INPUT_ANSWERED")
    #expect(lab.output(run, "one")?.details.result == .string("mine"))
  }

  @Test(
    "An answer that does not fit is refused and changes nothing",
    arguments: [
      (AnswerRequest(run: none, step: "two", value: .string("c")), "ANSWER_INVALID"),
      (AnswerRequest(run: none, step: "two", value: .number("1")), "ANSWER_INVALID"),
      (AnswerRequest(run: none, step: "one", value: .string("a\0b")), "ANSWER_INVALID"),
      (AnswerRequest(run: none, step: "one"), "INVALID_FIELD"),
      (AnswerRequest(run: none, step: "three", value: .null), "INPUT_NOT_FOUND"),
      (AnswerRequest(run: none, input: "one#2", value: .string("")), "INPUT_ANSWERED"),
      (AnswerRequest(run: none, step: "after", value: .string("")), "NO_INPUT_WAITS"),
    ])
  func invalid(_ request: AnswerRequest, _ reason: String) throws {
    let (lab, run) = try Lab.running(Self.two, mode: .interactive)
    let events = lab.store.events
    var request = request
    request.run = run
    let refusal = lab.refusal(of: .answer(request), ofRun: run)
    #expect(refusal?.reason == reason, "\(refusal?.reason ?? "none")")
    #expect(lab.store.events == events)
    // Without a value the default is meant.
    #expect(try lab.answer(run, nil, step: "two").1 == .accepted)
    #expect(lab.output(run, "two")?.details.result == .string("b"))
  }

  private static let none = RunID(UUIDv7(high: 1, low: 2))

  @Test("An answer to a run that has ended says so")
  func ended() throws {
    let (lab, run) = try Lab.running(Self.ask(", default: true"))
    let refusal = lab.refusal(of: .answer(AnswerRequest(run: run, value: .bool(true))), ofRun: run)
    #expect(refusal?.reason == "RUN_ENDED")
    #expect(refusal?.metadata["status"] == "succeeded")
  }

  @Test("A secret answer reaches the environment of a command and nothing else, also after a restart")
  func secret() throws {
    let (lab, session) = try Lab.withSession(
      try Flows.parse(
        "f",
        """
        steps:
          - { id: key, uses: input, with: { prompt: Key?, type: secret } }
          - { id: wait, uses: run, with: { command: "true" } }
          - { id: use, uses: run, with: { command: "true" }, env: { KEY: "${{ steps.key.value }}" } }
        report: got ${{ steps.key.value }}
        """), mode: .interactive)
    var batches: [Batch] = []
    lab.onCommit = { batches.append($0) }
    let run = try lab.start(session).id
    for bad in [JSONValue.string(""), .number("1"), .string("a\0")] {
      #expect(lab.refusal(of: .answer(AnswerRequest(run: run, value: bad)), ofRun: run) != nil)
    }
    _ = try lab.answer(run, .string("hunter2-canary"))
    lab.restart()
    lab.resume()
    lab.settle()
    lab.finish(run, "wait")
    #expect(lab.request(run, "use")?.environment.contains("KEY=hunter2-canary") == true)
    lab.finish(run, "use")
    #expect(lab.report(of: run) == "got secret:step.key")
    for var batch in batches {
      batch.effects = []
      batch.secretAnswers = [:]
      #expect(!String(describing: batch).contains("hunter2"))
    }
  }

  @Test("A cut-off attempt with on-restart: ask goes as the person decides", arguments: ["retry", "fail", "skip"])
  func restart(_ decision: String) throws {
    let (lab, run) = try Lab.running(
      """
      steps:
        - { id: a, uses: run, with: { command: "true" }, on-restart: ask }
        - { id: b, uses: run, with: { command: "true" } }
      """, mode: .interactive)
    lab.restart()
    lab.resume()
    lab.settle()
    #expect(isWaiting(lab, run))
    let question = try #require(lab.step(run, "a")?.question)
    #expect(question.reason == .restart && question.options == ["retry", "fail", "skip"])
    // The question outlives another restart.
    lab.restart()
    lab.resume()
    lab.settle()
    #expect(lab.refusal(of: .answer(AnswerRequest(run: run, value: .string("no"))), ofRun: run) != nil)
    _ = try lab.answer(run, .string(decision), input: question.id)
    switch decision {
    case "retry":
      #expect(lab.running(run).map(\.attempt.attempt) == [2])
      lab.finish(run, "a")
      lab.finish(run, "b")
      #expect(lab.status(run) == .succeeded)
    case "skip":
      #expect(lab.stepStatuses(run) == [.skipped, .running])
    default:
      #expect(lab.status(run) == .failed)
      #expect(lab.stepStatuses(run) == [.failed, .notRun])
    }
  }

  @Test("A run that is cancelled does not wait for its question")
  func cancelled() throws {
    for mode in CancelMode.allCases {
      let (lab, run) = try Lab.running(Self.ask(), mode: .interactive)
      _ = try lab.cancel(try #require(lab.store.run(run)?.sessionID), run, mode)
      #expect(lab.status(run) == (mode == .force ? .cancelled : .interrupted))
      #expect(lab.stepStatuses(run) == [.cancelled])
    }
  }
}
