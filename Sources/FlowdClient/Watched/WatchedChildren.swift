internal import FlowdModel
public import FlowdWire

/// The children of a `foreach` step.
///
/// Of each its state is known; whole are kept only those in hand or waiting, and some that failed. So ten thousand children
/// take little memory, and an event takes the same time whatever their number.
public struct WatchedChildren: Sendable {
  public private(set) var counts = StepCounts()
  private var statuses: [API.StepStatus]
  private var kept: [Int: WatchedStep] = [:]
  private var keptFailures = 0

  init(count: Int) {
    statuses = Array(repeating: .pending, count: min(max(count, 0), Limits.foreachItemsMax))
    counts.add(.pending, statuses.count)
  }

  public var count: Int { statuses.count }

  public func status(_ item: Int) -> API.StepStatus { statuses[item] }

  /// What is known of a child beyond its state; `nil` for one that is quiet.
  public func details(_ item: Int) -> WatchedStep? { kept[item] }

  /// The first children in one of some states, by their place in the list.
  public func first(_ number: Int, where isWanted: (API.StepStatus) -> Bool) -> [Int] {
    var found: [Int] = []
    guard number > 0 else { return found }
    for item in statuses.indices where isWanted(statuses[item]) {
      found.append(item)
      if found.count == number { break }
    }
    return found
  }

  mutating func update(_ item: Int, id: String, _ body: (inout WatchedStep) -> Void) {
    grow(to: item + 1)
    let old = statuses[item]
    var step = kept[item] ?? WatchedStep(id: id)
    step.status = old
    body(&step)
    statuses[item] = step.status
    counts.move(from: old, to: step.status)
    keep(step, item, was: old)
  }

  /// A list turns out to be longer than was told; that is not expected, and bounded.
  private mutating func grow(to count: Int) {
    guard count > statuses.count else { return }
    counts.add(.pending, count - statuses.count)
    statuses += Array(repeating: .pending, count: count - statuses.count)
  }

  private mutating func keep(_ step: WatchedStep, _ item: Int, was old: API.StepStatus) {
    if kept[item] != nil, old == .failed { keptFailures -= 1 }
    switch step.status {
    case .running, .waitingInput, .waitingRetry: kept[item] = step
    case .failed where keptFailures < Limits.clientKeptFailuresMax:
      kept[item] = step
      keptFailures += 1
    case .pending, .succeeded, .failed, .skipped, .cancelled, .notRun, .unspecified, .unrecognized: kept[item] = nil
    }
  }
}

/// The id of a child: its `foreach` step's, and its place in the list.
struct ChildID: Equatable {
  var parent: String
  var item: Int

  /// - Returns: `nil` for the id of a step that is nobody's child.
  init?(_ id: String) {
    guard id.utf8.last == UInt8(ascii: "]"), let bracket = id.utf8.lastIndex(of: UInt8(ascii: "[")),
      let item = UInt16(id[id.utf8.index(after: bracket)...].dropLast()), item < Limits.foreachItemsMax
    else { return nil }
    parent = String(id[..<bracket])
    self.item = Int(item)
  }
}
