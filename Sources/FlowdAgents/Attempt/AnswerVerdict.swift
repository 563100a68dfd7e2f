internal import FlowdModel

/// What becomes of an agent's whole answer.
enum AnswerVerdict {
  case accepted(JSONValue)
  /// It is asked for once more.
  case repair(prompt: String, reason: String)
  case failed(AgentError)

  init(on answer: [UInt8], _ request: AgentRequest, isRepaired: Bool) {
    switch request.output {
    case .text: self = .accepted(.string(String(decoding: answer, as: UTF8.self)))
    case .json:
      do {
        self = .accepted(try JSONValue(parsing: answer))
      } catch {
        self = isRepaired
          ? .failed(AgentError(.invalidOutput, "\(error)"))
          : .repair(prompt: "JSON please", reason: "the answer is no JSON: it is asked for once more")
      }
    }
  }
}
