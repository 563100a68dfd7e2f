internal import FlowdModel

/// The commands that wait for a place, in the order in which they came.
struct WaitingCommands {
  /// `nil` where one was taken out of the middle.
  private var requests: [CommandRequest?] = []
  private var head = 0
  private(set) var count = 0

  var isEmpty: Bool { count == 0 }

  mutating func append(_ request: CommandRequest) {
    requests.append(request)
    count += 1
  }

  mutating func popFirst() -> CommandRequest? {
    while head < requests.count {
      let request = requests[head]
      requests[head] = nil
      head += 1
      if let request {
        count -= 1
        compact()
        return request
      }
    }
    return nil
  }

  /// - Returns: Whether it was there.
  mutating func remove(_ attempt: AttemptID) -> Bool {
    guard let index = requests.indices.first(where: { $0 >= head && requests[$0]?.attempt == attempt }) else {
      return false
    }
    requests[index] = nil
    count -= 1
    return true
  }

  mutating func removeAll() { self = WaitingCommands() }

  /// Drops what was taken, when it is more than half.
  private mutating func compact() {
    guard head * 2 >= requests.count else { return }
    requests.removeFirst(head)
    head = 0
  }
}
