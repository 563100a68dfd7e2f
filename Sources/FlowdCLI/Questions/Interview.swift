internal import FlowdClient
internal import FlowdModel
internal import FlowdWire

/// The questions of a run while somebody follows it: gives the prepared answers, and asks for the others one at a time.
///
/// It decides only; what it returns is done by the one who follows.
struct Interview {
  enum Effect: Equatable {
    case send(API.FlowServiceAnswerRequest, Question.Key)
    /// Go on with a paused run: for one step, or without pauses.
    case resume(run: String, stepByStep: Bool)
    /// Something to tell that no event tells.
    case remark(String)
  }

  private var prepared: PreparedAnswers
  let mayAsk: Bool
  /// In the order in which they were asked.
  private(set) var waiting: [Question] = []
  /// An answer is on its way.
  private var sent: Set<Question.Key> = []
  /// The person leaves it to others.
  private var leftOut: Set<Question.Key> = []
  /// The run that is followed is paused, and the person has not said yet how to go on.
  private(set) var pausedRun: String?
  private(set) var editor = LineEditor()
  private var shown: Question.Key?
  private(set) var complaint = ""

  /// - Parameter mayAsk: There is a person at a terminal who wants to be asked.
  init(prepared: PreparedAnswers = PreparedAnswers(), mayAsk: Bool) {
    self.prepared = prepared
    self.mayAsk = mayAsk
  }

  /// Asks one question that waits already.
  init(asking question: Question) {
    self.init(mayAsk: true)
    waiting = [question]
    shown = question.key
  }

  /// Keys mean something now.
  var wantsKeys: Bool { current != nil || mayAsk && pausedRun != nil }

  /// Nothing is left to ask, and no answer is on its way.
  var isDone: Bool { current == nil && sent.isEmpty }

  /// The question that the person is asked now.
  var current: Question? {
    guard mayAsk else { return nil }
    return waiting.first { !sent.contains($0.key) && !leftOut.contains($0.key) }
  }

  /// Questions that only somebody else can answer.
  var unanswered: [Question] { waiting.filter { !sent.contains($0.key) } }

  /// Answers that were given in advance and not needed.
  var unused: [String] { prepared.unused }

  mutating func take(_ event: API.Event, path: String) -> [Effect] {
    let before = current
    var effects: [Effect] = []
    switch event.kind {
    case .stepInputRequired(let required):
      guard let input = required.input else { return [] }
      let question = Question(runID: event.runID, path: path, stepID: required.stepID, input: input)
      // A step asks one thing at a time.
      forget { $0.runID == question.runID && $0.stepID == question.stepID }
      waiting.append(question)
      effects = giveInAdvance(question)
    case .stepInputAnswered(let answered):
      let key = Question.Key(runID: event.runID, inputID: answered.inputID)
      let isOurs = sent.contains(key)
      forget { $0.key == key }
      if let before, before.key == key, !isOurs { effects.append(.remark(Interview.note(answered, before))) }
    case .stepFinished(let finished):
      guard let step = finished.step else { return [] }
      forget { $0.runID == event.runID && $0.stepID == step.stepID }
    case .runPaused where path.isEmpty: pausedRun = event.runID
    case .runResumed where path.isEmpty: pausedRun = nil
    case .runFinished:
      forget { $0.runID == event.runID }
      if pausedRun == event.runID { pausedRun = nil }
    case .snapshot(let snapshot):
      forget { _ in true }
      waiting = snapshot.activeRuns.flatMap { Question.all(of: $0) }
    default: return []
    }
    refresh()
    return effects
  }

  /// Takes what the person typed.
  mutating func type(_ keys: [UInt8]) -> [Effect] {
    guard let question = current else { return steer(keys) }
    refresh()
    let key = editor.type(keys)
    if key == nil { return [] }
    defer { editor.clear() }
    if key == .end {
      leftOut.insert(question.key)
      complaint = ""
      return [.remark("\(question.name) is left to others; \(question.command) answers it")]
    }
    do throws(AnswerValue.Mistake) {
      let value = try answer(editor.text, to: question)
      complaint = ""
      return [send(value, question)]
    } catch {
      complaint = error.message
      return []
    }
  }

  /// Enter runs one step of a paused run, r all that are left.
  private mutating func steer(_ keys: [UInt8]) -> [Effect] {
    guard mayAsk, let run = pausedRun else { return [] }
    for key in keys {
      switch key {
      case 0x0A, 0x0D:
        pausedRun = nil
        return [.resume(run: run, stepByStep: true)]
      case UInt8(ascii: "r"), UInt8(ascii: "R"):
        pausedRun = nil
        return [.resume(run: run, stepByStep: false)]
      default: continue
      }
    }
    return []
  }

  /// An answer was taken or not.
  mutating func answered(_ key: Question.Key, _ error: ClientError?) -> [Effect] {
    guard let error else { return [] }
    sent.remove(key)
    // Somebody was faster; the event that says so has come already.
    guard let question = waiting.first(where: { $0.key == key }) else { return [] }
    let message = TerminalText.sanitised(error.message)
    guard current?.key == key else { return [.remark("\(question.name): \(message)")] }
    refresh()
    complaint = message
    return []
  }

  private mutating func giveInAdvance(_ question: Question) -> [Effect] {
    do throws(AnswerValue.Mistake) {
      guard let value = try prepared.take(for: question) else { return [] }
      return [send(Array(value.text.utf8), question)]
    } catch {
      return [.remark("the answer prepared for \(question.name) does not fit: \(error.message)")]
    }
  }

  /// JSON; empty for the default.
  private func answer(_ text: String, to question: Question) throws(AnswerValue.Mistake) -> [UInt8] {
    if text.isEmpty {
      guard question.input.defaultValue.isEmpty else { return [] }
      throw AnswerValue.Mistake(message: "expected \(AnswerValue.expectation(question.input))")
    }
    return Array(try AnswerValue.parse(text, for: question.input).text.utf8)
  }

  private mutating func send(_ value: [UInt8], _ question: Question) -> Effect {
    sent.insert(question.key)
    return .send(
      .init(runID: question.runID, stepID: question.stepID, inputID: question.input.inputID, value: value),
      question.key)
  }

  private mutating func forget(_ isOver: (Question) -> Bool) {
    for question in waiting where isOver(question) {
      sent.remove(question.key)
      leftOut.remove(question.key)
    }
    waiting.removeAll(where: isOver)
  }

  /// Another question begins with an empty line.
  private mutating func refresh() {
    guard shown != current?.key else { return }
    shown = current?.key
    editor.clear()
    complaint = ""
  }

  private static func note(_ answered: API.StepInputAnswered, _ question: Question) -> String {
    let value = question.isSecret || answered.value.isEmpty ? "" : ": " + AnswerValue.text(answered.value)
    return TerminalText.sanitised("\(question.name) was answered by \(AnsweredText.who(answered.by))\(value)")
  }
}
