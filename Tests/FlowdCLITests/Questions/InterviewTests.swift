import FlowdClient
import FlowdModel
import FlowdWire
import Testing

@testable import FlowdCLI

/// An interview that expectations may change.
private final class Talk {
  private(set) var interview: Interview

  init(prepared: PreparedAnswers = PreparedAnswers(), mayAsk: Bool) {
    interview = Interview(prepared: prepared, mayAsk: mayAsk)
  }

  func take(_ event: API.Event, path: String = "") -> [Interview.Effect] { interview.take(event, path: path) }
  func type(_ keys: String) -> [Interview.Effect] { interview.type(Array(keys.utf8)) }
  func answered(_ step: String, _ error: ClientError) -> [Interview.Effect] {
    interview.answered(.init(runID: "01890000-0000-7000-8000-0000deadbeef", inputID: "\(step)#1"), error)
  }

  var current: String? { interview.current?.stepID }
}

@Suite struct InterviewTests {
  private let approve = SampleRun.asked(0, "approve", "Publish?", type: "boolean", default: "false")
  private let pick = SampleRun.asked(1, "pick", "How large?", type: "choice", options: ["small", "large"])
  private let login = SampleRun.asked(2, "login", "Password", type: "secret")

  private func lines(_ talk: Talk) -> [String] {
    talk.interview.lines(width: 80, style: .plain, now: SampleRun.at(0).model, isUnicode: true)
  }

  private func sent(_ effects: [Interview.Effect]) -> [String] {
    effects.compactMap { effect in
      guard case .send(let request, _) = effect else { return nil }
      return "\(request.stepID)=\(String(decoding: request.value, as: UTF8.self))"
    }
  }

  private func remarks(_ effects: [Interview.Effect]) -> [String] {
    effects.compactMap { effect in
      guard case .remark(let text) = effect else { return nil }
      return text
    }
  }

  @Test func questionsAreAskedOneAtATimeInTheirOrder() {
    let talk = Talk(mayAsk: true)
    for event in [approve, pick] { #expect(talk.take(event).isEmpty) }
    #expect(
      lines(talk) == [
        "? Publish?", "  approve: yes or no, default no; 1 more after it; Ctrl-D leaves it to others", "› _",
      ])
    #expect(talk.type("ye").isEmpty)
    #expect(lines(talk).last == "› ye_")
    #expect(sent(talk.type("s\r")) == ["approve=true"])
    #expect(talk.current == "pick")
    #expect(lines(talk).prefix(3) == ["? How large?", "  1  small", "  2  large"])
    #expect(sent(talk.type("2\n")) == ["pick=\"large\""])
    #expect(talk.current == nil)
    #expect(lines(talk).isEmpty)
  }

  @Test func enterTakesTheDefaultAndAsksAgainWhereThereIsNone() {
    let talk = Talk(mayAsk: true)
    _ = talk.take(approve)
    #expect(sent(talk.type("\r")) == ["approve="])
    _ = talk.take(pick)
    #expect(talk.type("\r").isEmpty)
    #expect(lines(talk).contains("  expected one of small, large"))
  }

  @Test func whatDoesNotFitIsNotSent() {
    let talk = Talk(mayAsk: true)
    _ = talk.take(approve)
    #expect(talk.type("perhaps\r").isEmpty)
    #expect(lines(talk).contains("  expected yes or no; found 'perhaps'"))
    #expect(lines(talk).last == "› _")
  }

  @Test func aSecretIsNeverShown() {
    let talk = Talk(mayAsk: true)
    _ = talk.take(login)
    var seen = lines(talk)
    for character in "hunter2" {
      _ = talk.type(String(character))
      seen += lines(talk)
    }
    #expect(sent(talk.type("\r")) == ["login=\"hunter2\""])
    seen += lines(talk)
    seen += remarks(
      talk.answered("login", .refused(.init(code: .invalidArgument, message: "a secret is a reference"))))
    seen += lines(talk)
    seen += remarks(talk.take(SampleRun.answered(3, "login", "")))
    #expect(!seen.contains { $0.contains("hunter2") || $0.contains("hunt") })
    #expect(Set(seen.filter { $0.hasPrefix("›") }) == ["› (hidden) _"])
  }

  @Test func anAnswerOfSomebodyElseTakesThePromptAway() {
    let talk = Talk(mayAsk: true)
    for event in [approve, pick] { _ = talk.take(event) }
    _ = talk.type("ye")
    #expect(
      remarks(talk.take(SampleRun.answered(5, "approve", "true"))) == [
        "approve was answered by somebody else: yes"
      ])
    // What was typed is not the next question's answer.
    #expect(talk.current == "pick")
    #expect(lines(talk).last == "› _")
    #expect(
      remarks(talk.take(SampleRun.answered(6, "pick", "\"small\"", by: .timeout))) == [
        "pick was answered by the clock, as nobody did in time: small"
      ])
  }

  @Test func ownAnswersNeedNoRemark() {
    let talk = Talk(mayAsk: true)
    _ = talk.take(approve)
    _ = talk.type("yes\r")
    #expect(talk.take(SampleRun.answered(5, "approve", "true")).isEmpty)
    #expect(talk.interview.isDone)
  }

  @Test func aRefusedAnswerIsAskedForAgain() {
    let talk = Talk(mayAsk: true)
    _ = talk.take(approve)
    _ = talk.type("yes\r")
    #expect(talk.current == nil)
    _ = talk.answered("approve", .refused(.init(code: .invalidArgument, message: "not now")))
    #expect(talk.current == "approve")
    #expect(lines(talk).contains("  not now"))
  }

  @Test func controlDLeavesAQuestionToOthers() {
    let talk = Talk(mayAsk: true)
    for event in [approve, pick] { _ = talk.take(event) }
    #expect(
      remarks(talk.type("\u{4}")) == [
        "approve is left to others; flowctl answer deadbeef approve VALUE answers it"
      ])
    #expect(talk.current == "pick")
    #expect(talk.interview.unanswered.map(\.stepID) == ["approve", "pick"])
  }

  @Test func questionsEndWithTheirStepAndTheirRun() {
    let talk = Talk(mayAsk: true)
    for event in [approve, pick, login] { _ = talk.take(event) }
    _ = talk.take(SampleRun.finished(5, "approve", .cancelled))
    #expect(talk.interview.waiting.map(\.stepID) == ["pick", "login"])
    _ = talk.take(SampleRun.event(6, .runFinished(.init(status: .cancelled))))
    #expect(talk.interview.waiting.isEmpty)
  }

  @Test func preparedAnswersAreGivenOnceAsSoonAsTheyAreAskedFor() throws {
    let prepared = try PreparedAnswers(
      [try #require(Assignment("pick=l")), try #require(Assignment("nobody=1"))],
      document: .object([.init("approve", .bool(true)), .init("login", .string("x"))]))
    let talk = Talk(prepared: prepared, mayAsk: false)
    #expect(sent(talk.take(approve)) == ["approve=true"])
    #expect(sent(talk.take(pick, path: "sub")) == ["pick=\"large\""])
    #expect(sent(talk.take(login)) == ["login=\"x\""])
    #expect(talk.interview.unused == ["nobody"])
    let again = SampleRun.asked(9, "approve", "Publish?", type: "boolean", attempt: 2)
    #expect(talk.take(again).isEmpty)
    #expect(talk.interview.unanswered.map(\.input.inputID) == ["approve#2"])
  }

  @Test func aPreparedAnswerThatDoesNotFitIsToldAndNotGiven() throws {
    let prepared = try PreparedAnswers([try #require(Assignment("approve=perhaps"))], document: nil)
    let talk = Talk(prepared: prepared, mayAsk: false)
    #expect(
      remarks(talk.take(approve)) == [
        "the answer prepared for approve does not fit: expected yes or no; found 'perhaps'"
      ])
    #expect(talk.interview.unanswered.count == 1)
  }

  @Test func anAnswerForAForeachStepIsGivenToAllItsChildren() throws {
    let prepared = try PreparedAnswers([try #require(Assignment("ask=yes"))], document: nil)
    let talk = Talk(prepared: prepared, mayAsk: false)
    for item in 0..<3 {
      #expect(sent(talk.take(SampleRun.asked(0, "ask[\(item)]", "?", type: "boolean"))).count == 1)
    }
  }

  @Test func answersHaveToBeAnObject() {
    let error = #expect(throws: CLIError.self) { try PreparedAnswers([], document: .array([])) }
    #expect(error?.exitCode == .usage)
  }

  @Test(arguments: [10, 20, 40, 200])
  func noLineOfThePromptIsWiderThanTheTerminal(_ width: Int) {
    let talk = Talk(mayAsk: true)
    let options = (0..<30).map { "option number \($0) 日本語" }
    _ = talk.take(
      SampleRun.asked(0, "pick", String(repeating: "a long question ", count: 20), type: "choice", options: options),
      path: "")
    _ = talk.type(String(repeating: "typed 日本語 ", count: 40))
    let found = talk.interview.lines(width: width, style: .plain, now: SampleRun.at(0).model, isUnicode: true)
    #expect(found.count < 16)
    for line in found { #expect(DisplayWidth.of(line) < max(width, 14), "\(line)") }
  }

  @Test func aPausedRunGoesOnByAKey() {
    let talk = Talk(mayAsk: true)
    let run = "01890000-0000-7000-8000-0000deadbeef"
    _ = talk.take(SampleRun.event(0, .runPaused(.init())))
    #expect(lines(talk) == ["paused: Enter runs one more step, r goes on without pauses"])
    #expect(talk.type("x\u{1B}[A").isEmpty)
    #expect(talk.type("\r") == [.resume(run: run, stepByStep: true)])
    #expect(!talk.interview.wantsKeys)
    _ = talk.take(SampleRun.event(1, .runPaused(.init())))
    #expect(talk.type("r") == [.resume(run: run, stepByStep: false)])
    _ = talk.take(SampleRun.event(2, .runPaused(.init())))
    _ = talk.take(SampleRun.event(3, .runResumed(.init())))
    #expect(talk.type("\r").isEmpty)
    // A run of a step is paused with the run whose step it is.
    _ = talk.take(SampleRun.event(4, .runPaused(.init())), path: "sub")
    #expect(!talk.interview.wantsKeys)
  }

  @Test func aQuestionGoesBeforeThePause() {
    let talk = Talk(mayAsk: true)
    _ = talk.take(approve)
    _ = talk.take(SampleRun.event(0, .runPaused(.init())))
    #expect(sent(talk.type("y\r")) == ["approve=true"])
    #expect(talk.interview.wantsKeys)
  }

  @Test func withoutAPersonNothingIsAskedAboutAPause() {
    let talk = Talk(mayAsk: false)
    _ = talk.take(SampleRun.event(0, .runPaused(.init())))
    #expect(!talk.interview.wantsKeys)
    #expect(lines(talk).isEmpty)
  }
}
