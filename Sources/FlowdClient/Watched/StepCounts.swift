public import FlowdWire

/// How many steps are in each state; kept up to date at each change, so that nobody has to count.
public struct StepCounts: Equatable, Sendable {
  private var numbers = [Int](repeating: 0, count: StepCounts.order.count)

  /// The states there are, in the order in which a person wants to read them.
  public static let order: [API.StepStatus] = [
    .succeeded, .running, .waitingInput, .waitingRetry, .failed, .cancelled, .skipped, .notRun, .pending,
  ]

  public init() {}

  public subscript(status: API.StepStatus) -> Int { numbers[StepCounts.place(status)] }

  public var total: Int { numbers.reduce(0, +) }

  /// Steps that will not change any more.
  public var settled: Int { StepCounts.order.reduce(0) { $0 + ($1.isSettled ? self[$1] : 0) } }

  /// Counts one step less, for a view that shows it by itself.
  public mutating func leaveOut(_ status: API.StepStatus) { add(status, -1) }

  mutating func add(_ status: API.StepStatus, _ count: Int = 1) { numbers[StepCounts.place(status)] += count }

  mutating func add(_ other: StepCounts) {
    for index in numbers.indices { numbers[index] += other.numbers[index] }
  }

  mutating func remove(_ other: StepCounts) {
    for index in numbers.indices { numbers[index] -= other.numbers[index] }
  }

  mutating func move(from old: API.StepStatus, to new: API.StepStatus) {
    add(old, -1)
    add(new)
  }

  /// A state that this version does not know counts as `pending`.
  private static func place(_ status: API.StepStatus) -> Int { order.firstIndex(of: status) ?? order.count - 1 }
}

extension API.StepStatus {
  /// The step has come to its end, whatever that is.
  public var isSettled: Bool {
    switch self {
    case .succeeded, .failed, .skipped, .cancelled, .notRun: true
    case .pending, .running, .waitingInput, .waitingRetry, .unspecified, .unrecognized: false
    }
  }
}

extension API.RunStatus {
  /// The run has ended.
  public var isFinal: Bool {
    switch self {
    case .succeeded, .failed, .cancelled, .interrupted: true
    case .queued, .running, .waitingInput, .paused, .unspecified, .unrecognized: false
    }
  }
}
