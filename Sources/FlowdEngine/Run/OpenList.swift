internal import FlowdModel

/// A `foreach` step whose children are not all settled.
struct OpenList {
  let first: Int
  let items: [JSONValue]
  /// The next child, by place, that has not been let in.
  var next: Int
  var settled: Int
  /// The first child that failed.
  var failed: Int?
  /// By circuit that is open: children that wait for it, and those that have not begun and come after them.
  var held: [String: (waiting: Set<Int>, behind: [Int])] = [:]
  /// A child was cancelled or never begun.
  var isIncomplete = false

  var count: Int { items.count }

  init(first: Int, items: [JSONValue]) {
    self.first = first
    self.items = items
    next = 0
    settled = 0
  }
}
