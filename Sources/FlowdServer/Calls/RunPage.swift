internal import FlowdModel
internal import FlowdWire

/// A run as one answer holds it: with as many of its steps as fit.
struct RunPage {
  private(set) var run: API.Run
  /// The index of the step with which the next page begins; `nil`: there is none.
  private(set) var next: Int?

  /// - Parameters:
  ///   - first: The index of the step with which the page begins; `nil`: the run's beginning, with all that is no step.
  ///   - room: Bytes.
  init(_ view: RunView, from first: Int?, room: Int) {
    run = API.Run(view)
    let order = view.stepOrder
    var start = 0
    if let first {
      start = order.firstIndex(of: first) ?? order.count
      run = API.Run(
        runID: run.runID, sessionID: run.sessionID, status: run.status, steps: Array(run.steps.dropFirst(start)))
    }
    guard run.encoded.count > room else { return }
    let steps = run.steps
    run.steps = []
    var left = room - run.encoded.count
    var count = 0
    for step in steps {
      left -= step.encoded.count + RunPage.frameBytesMax
      // The first page has all that is no step, which may leave no room for one; a later one goes on by at least one.
      guard left >= 0 || (count == 0 && first != nil) else { break }
      count += 1
    }
    run.steps = Array(steps.prefix(count))
    if count < steps.count { next = order[start + count] }
  }

  var nextToken: String { next.map { String($0) } ?? "" }

  /// Of a page as a request names it.
  static func first(_ token: String) throws(Refusal) -> Int? {
    if token.isEmpty { return nil }
    guard let index = Int(token), index >= 0 else {
      throw .invalid(field: "step_page_token", "is not a token that this daemon gave")
    }
    return index
  }

  /// Around a step in its run.
  private static let frameBytesMax = 8
}

extension RunView {
  /// The indices of its steps in the order in which callers see them: each with its children behind it.
  var stepOrder: [Int] {
    var order: [Int] = []
    order.reserveCapacity(steps.count)
    for step in steps.prefix(definition.flow.steps.count) {
      order.append(step.index)
      guard let first = step.firstChild, let count = step.childCount else { continue }
      order += Array(first..<min(first + count, steps.count))
    }
    return order
  }
}
