import FlowdModel
import FlowdWire
import TestSupport
import Testing

@testable import FlowdClient

@Suite struct WatchedRunTests {
  private func event(_ kind: API.Event.Kind, run: String = "r") -> API.Event {
    API.Event(sessionID: "s", runID: run, at: .init(seconds: 1), kind: kind)
  }

  private func finished(_ step: String, _ status: API.StepStatus) -> API.Event {
    event(.stepFinished(.init(step: .init(stepID: step, status: status, attempt: 1))))
  }

  private func started(_ step: String, children: UInt32? = nil, run child: String = "") -> API.Event {
    event(.stepStarted(.init(stepID: step, attempt: 1, childCount: children, childRunID: child)))
  }

  private var roster: API.Event { event(.runStarted(.init(roster: [.init(stepID: "a"), .init(stepID: "each")]))) }

  @Test func countsAgreeWithTheStepsAfterAnyEvents() {
    var random = SplitMix64(seed: 7)
    let statuses: [API.StepStatus] = [.succeeded, .failed, .skipped, .cancelled, .notRun]
    for _ in 0..<50 {
      var run = WatchedRun(runID: "r")
      run.apply(roster)
      run.apply(started("each", children: 40))
      var known: [Int: API.StepStatus] = [:]
      for _ in 0..<300 {
        let item = Int.random(in: 0..<40, using: &random)
        let id = "each[\(item)]"
        switch Int.random(in: 0..<4, using: &random) {
        case 0:
          run.apply(started(id))
          known[item] = .running
        case 1:
          run.apply(event(.stepRetrying(.init(stepID: id, attempt: 1))))
          known[item] = .waitingRetry
        case 2:
          run.apply(event(.stepInputRequired(.init(stepID: id, input: .init(inputID: id)))))
          known[item] = .waitingInput
        default:
          let status = statuses.randomElement(using: &random) ?? .failed
          run.apply(finished(id, status))
          known[item] = status
        }
      }
      let children = run.steps[1].children
      #expect(children?.counts.total == 40)
      for status in StepCounts.order {
        let expected = (0..<40).count { known[$0, default: .pending] == status }
        #expect(children?.counts[status] == expected)
        #expect(run.allCounts[status] == expected + run.counts[status])
      }
      for item in 0..<40 { #expect(children?.status(item) == known[item, default: .pending]) }
    }
  }

  @Test func onlyChildrenThatAPersonLooksForAreKeptWhole() {
    var run = WatchedRun(runID: "r")
    run.apply(roster)
    run.apply(started("each", children: 1000))
    for item in 0..<1000 { run.apply(started("each[\(item)]")) }
    for item in 0..<990 { run.apply(finished("each[\(item)]", item < 500 ? .failed : .succeeded)) }
    let kept = (0..<1000).count { run.step("each[\($0)]") != nil }
    #expect(kept == Limits.clientKeptFailuresMax + 10)
    #expect(run.step("each[0]")?.status == .failed)
    #expect(run.step("each[600]") == nil)
    #expect(run.steps[1].children?.first(2) { $0 == .running } == [990, 991])
  }

  @Test func aSecondAttemptOfAForeachStepBeginsAnew() {
    var run = WatchedRun(runID: "r")
    run.apply(roster)
    run.apply(started("each", children: 3))
    for item in 0..<3 { run.apply(finished("each[\(item)]", .failed)) }
    run.apply(started("each", children: 3))
    #expect(run.steps[1].children?.counts[.pending] == 3)
    #expect(run.allCounts[.pending] == 4)
    #expect(run.allCounts[.failed] == 0)
  }

  @Test func aRosterMayHoldChildrenAndTakenOverResults() {
    let run = WatchedRun(
      API.Run(
        runID: "r", status: .running,
        steps: [
          .init(stepID: "each", status: .running, childCount: 3),
          .init(stepID: "each[0]", status: .succeeded, parentStepID: "each"),
          .init(stepID: "each[2]", status: .failed, error: .init(message: "no"), parentStepID: "each", item: 2),
          .init(stepID: "a", status: .succeeded, reused: true),
        ]))
    #expect(run.steps.map(\.id) == ["each", "a"])
    #expect(run.steps[0].children?.counts[.pending] == 1)
    #expect(run.step("each[2]")?.error?.message == "no")
    #expect(run.steps[1].isReused)
    #expect(run.counts.settled == 1)
  }

  @Test func theRunWaitsWhileAQuestionDoes() {
    var run = WatchedRun(runID: "r")
    run.apply(roster)
    run.apply(started("a"))
    run.apply(event(.stepInputRequired(.init(stepID: "a", input: .init(inputID: "a#1", prompt: "?")))))
    #expect(run.status == .waitingInput)
    #expect(run.step("a")?.question?.prompt == "?")
    run.apply(event(.runPaused(.init())))
    #expect(run.status == .paused)
    run.apply(event(.runResumed(.init())))
    #expect(run.status == .waitingInput)
    run.apply(event(.stepInputAnswered(.init(stepID: "a", inputID: "a#1"))))
    #expect(run.status == .running)
    #expect(run.step("a")?.question == nil)
  }

  @Test func idsThatOnlyLookLikeChildrenAreSteps() {
    #expect(ChildID("each[3]") == ChildID("each[3]"))
    #expect(ChildID("each[3]")?.item == 3)
    for id in ["each", "each[]", "each[x]", "each[-1]", "each]", "each[10000]", "each[99999999999999999999]"] {
      #expect(ChildID(id) == nil, "\(id)")
    }
    var run = WatchedRun(runID: "r")
    run.apply(started("nobody[3]"))
    #expect(run.steps.map(\.id) == ["nobody[3]"])
  }

  @Test func aTreeFollowsTheRunsOfItsSteps() {
    var tree = WatchedRunTree(root: WatchedRun(runID: "r"))
    let events = [
      started("each[2]", run: "child"), event(.runQueued(.init()), run: "child"),
      event(.runStarted(.init(parentRunID: "child", parentStepID: "deep")), run: "grandchild"),
      event(.runPaused(.init()), run: "stranger"), event(.runFinished(.init(status: .succeeded)), run: "child"),
    ]
    let taken = events.map { tree.apply($0) }
    #expect(taken == [true, true, true, false, true])
    #expect(tree.path(of: "grandchild") == "each[2]/deep")
    tree.forget("child")
    #expect(tree.runs.keys.sorted() == ["grandchild", "r"])
    tree.forget("r")
    #expect(tree.runs["r"] != nil)
  }

  @Test func aTreeTakesRunsOfItsStepsAsTheyAre() {
    var tree = WatchedRunTree(root: WatchedRun(runID: "r"))
    let runs: [API.Run] = [
      .init(runID: "child", status: .paused, parentRunID: "r", parentStepID: "call"), .init(runID: "other"),
      .init(runID: "grandchild", parentRunID: "child", parentStepID: "deep"),
    ]
    let taken = runs.map { tree.add($0) }
    #expect(taken == [true, false, true])
    #expect(tree.runs["child"]?.status == .paused)
    #expect(tree.path(of: "grandchild") == "call/deep")
  }

  @Test func aRunIsPutTogetherFromItsPages() {
    var pages = RunPages(API.Run(runID: "r", steps: [.init(stepID: "a")]), next: "1", includeOutput: true)
    #expect(pages.request == .init(runID: "r", includeOutput: true, stepPageToken: "1"))
    pages.take(.init(run: API.Run(runID: "r", steps: [.init(stepID: "b")]), nextStepPageToken: "2"))
    #expect(pages.request?.stepPageToken == "2")
    pages.take(.init(run: API.Run(runID: "r", steps: [.init(stepID: "c")])))
    #expect(pages.request == nil && pages.run.steps.map(\.stepID) == ["a", "b", "c"])
    var stuck = RunPages(API.Run(runID: "r"), next: "1", includeOutput: false)
    stuck.take(.init(run: API.Run(runID: "r"), nextStepPageToken: "1"))
    #expect(stuck.request == nil)
    #expect(RunPages(API.Run(runID: "r"), next: "", includeOutput: false).request == nil)
  }

  @Test func anExportAsksUntilTheLastPage() {
    var cursor = ExportCursor(run: "r")
    #expect(cursor.request == .init(runID: "r"))
    cursor.take(.init(events: [.init(), .init()], nextAfterSeq: 9))
    #expect(cursor.request == .init(runID: "r", afterSeq: 9))
    cursor.take(.init(events: [.init()], nextAfterSeq: 0))
    #expect(cursor.request == nil)
    #expect(cursor.events == 3)
    var stuck = ExportCursor(run: "r")
    stuck.take(.init(nextAfterSeq: 5))
    stuck.take(.init(nextAfterSeq: 5))
    #expect(stuck.request == nil)
  }
}
