internal import FlowdModel
internal import FlowdWire

/// A question of a run that waits for a person.
struct Question: Equatable, Sendable {
  /// Unique among all runs.
  struct Key: Hashable, Sendable {
    var runID: String
    var inputID: String
  }

  var runID: String
  /// The steps that lead to its run from the one that is looked at; empty for a question of that one.
  var path: String
  var stepID: String
  var input: API.PendingInput

  var key: Key { Key(runID: runID, inputID: input.inputID) }

  var isSecret: Bool { input.type == "secret" }

  /// The step as a person sees it, such as `release/approve`.
  var name: String { TerminalText.sanitised(path.isEmpty ? stepID : "\(path)/\(stepID)") }

  /// What a person may answer, such as `yes or no`, and what happens when nobody does.
  func terms(now: Timestamp) -> String {
    var text = TerminalText.sanitised(AnswerValue.expectation(input))
    if !input.defaultValue.isEmpty, !isSecret {
      text += ", default \(TerminalText.sanitised(AnswerValue.text(input.defaultValue)))"
    }
    if let due = input.dueAt { text += ", within \(DurationText.short(due.model - now))" }
    return text
  }

  /// The command that answers it.
  var command: String {
    let value = isSecret ? "--stdin" : "VALUE"
    return "flowctl answer \(ShortID.of(runID)) \(TerminalText.sanitised(stepID)) \(value)"
  }

  /// Of a run as the daemon holds it, in the order in which they were asked.
  static func all(of run: API.Run, path: String = "") -> [Question] {
    let found = run.steps.compactMap { step -> Question? in
      guard step.status == .waitingInput, let input = step.input else { return nil }
      return Question(runID: run.runID, path: path, stepID: step.stepID, input: input)
    }
    return found.sorted { ($0.input.askedAt?.model ?? .distantPast) < ($1.input.askedAt?.model ?? .distantPast) }
  }
}

extension Timestamp {
  /// Before any event.
  static let distantPast = Timestamp(microsecondsSince1970: 0)
}
