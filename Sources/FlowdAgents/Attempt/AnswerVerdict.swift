internal import FlowdModel

/// What becomes of an agent's whole answer.
enum AnswerVerdict {
  case accepted(JSONValue)
  /// It is asked for once more.
  case repair(prompt: String, reason: String)
  case failed(AgentError)

  /// - Parameter isRepaired: It was asked for once more already.
  init(on answer: [UInt8], _ request: AgentRequest, isRepaired: Bool) {
    guard request.output == .json else {
      self = .accepted(.string(String(decoding: answer, as: UTF8.self)))
      return
    }
    switch AnswerJudge(schema: request.schema).judge(answer) {
    case .accepted(let value): self = .accepted(value)
    case .rejected(let mistakes):
      let reason = mistakes.joined(separator: "; ")
      self =
        isRepaired
        ? .failed(AgentError(.invalidOutput, "the answer cannot be used, also after it was asked for again: \(reason)"))
        : .repair(
          prompt: AnswerJudge.repairPrompt(mistakes, schema: request.schema),
          reason: "the answer is asked for once more: \(reason)")
    }
  }
}
