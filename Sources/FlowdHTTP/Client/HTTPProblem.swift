internal import FlowdModel

/// Why a call fails: the class and a sentence for a person.
struct HTTPProblem: Error, Equatable {
  let failure: HTTPFailure
  let message: String

  init(_ failure: HTTPFailure, _ message: String) {
    self.failure = failure
    self.message = message
  }
}
