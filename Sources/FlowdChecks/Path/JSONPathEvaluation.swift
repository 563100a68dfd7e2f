internal import FlowdModel

/// Finds what a path selects in one document, within a bounded number of steps.
struct JSONPathEvaluation {
  let root: JSONValue
  let regexes: RegexCache
  var comparison = JSONComparison(budget: StepBudget(Limits.jsonPathStepsMax))
  var searching = StepBudget(Limits.regexStepsMax)

  init(root: JSONValue, regexes: RegexCache) {
    self.root = root
    self.regexes = regexes
  }

  /// The values a path selects, in the order of RFC 9535.
  mutating func values(at path: JSONPath) throws(GaveUp) -> [JSONValue] {
    try values(at: path, from: root)
  }

  mutating func values(at path: JSONPath, from start: JSONValue) throws(GaveUp) -> [JSONValue] {
    var values = [start]
    for segment in path.segments {
      var next: [JSONValue] = []
      for value in values {
        if segment.isDescendant {
          try descend(into: value, segment.selectors, depth: 0, &next)
        } else {
          try select(segment.selectors, in: value, &next)
        }
      }
      values = next
      if values.isEmpty { break }
    }
    return values
  }

  mutating func step(_ count: Int = 1) throws(GaveUp) { try comparison.budget.take(count) }

  /// The value itself, then what is in it, in order.
  private mutating func descend(
    into value: JSONValue, _ selectors: [JSONPath.Selector], depth: Int, _ found: inout [JSONValue]
  ) throws(GaveUp) {
    // A parsed text is never deeper; a result that was made otherwise might be.
    guard depth <= Limits.jsonDepthMax else { throw GaveUp(reason: "more than \(Limits.jsonDepthMax) nested values") }
    try select(selectors, in: value, &found)
    switch value {
    case .null, .bool, .number, .string: break
    case .array(let elements):
      for element in elements { try descend(into: element, selectors, depth: depth + 1, &found) }
    case .object(let members):
      for member in members { try descend(into: member.value, selectors, depth: depth + 1, &found) }
    }
  }

  private mutating func select(
    _ selectors: [JSONPath.Selector], in value: JSONValue, _ found: inout [JSONValue]
  ) throws(GaveUp) {
    for selector in selectors {
      try step()
      switch selector {
      case .name(let name): if let member = try member(name, of: value) { try add(member, to: &found) }
      case .index(let index): if let element = Self.element(index, of: value) { try add(element, to: &found) }
      case .wildcard: for child in Self.children(of: value) { try add(child, to: &found) }
      case .slice(let start, let end, let step):
        guard case .array(let elements) = value else { continue }
        for index in Self.slice(start, end, step, count: elements.count) { try add(elements[index], to: &found) }
      case .filter(let condition):
        for child in Self.children(of: value) where try holds(condition, of: child) { try add(child, to: &found) }
      }
    }
  }

  private mutating func add(_ value: JSONValue, to found: inout [JSONValue]) throws(GaveUp) {
    try step()
    guard found.count < Limits.jsonPathResultsMax else {
      throw GaveUp(reason: "the path finds more than \(Limits.jsonPathResultsMax) values")
    }
    found.append(value)
  }

  mutating func member(_ name: String, of value: JSONValue) throws(GaveUp) -> JSONValue? {
    guard case .object(let members) = value else { return nil }
    try step(members.count)
    let wanted = ExactName(name)
    return members.first { $0.name.utf8.count == name.utf8.count && ExactName($0.name) == wanted }?.value
  }

  static func element(_ index: Int, of value: JSONValue) -> JSONValue? {
    guard case .array(let elements) = value else { return nil }
    let position = index < 0 ? elements.count + index : index
    return elements.indices.contains(position) ? elements[position] : nil
  }

  private static func children(of value: JSONValue) -> [JSONValue] {
    switch value {
    case .array(let elements): elements
    case .object(let members): members.map(\.value)
    case .null, .bool, .number, .string: []
    }
  }

  /// The indexes of a slice (RFC 9535 §2.3.4.2.2).
  private static func slice(_ start: Int?, _ end: Int?, _ step: Int, count: Int) -> StrideTo<Int> {
    guard step != 0 else { return stride(from: 0, to: 0, by: 1) }
    func normal(_ index: Int) -> Int { index >= 0 ? index : count + index }
    if step > 0 {
      let lower = min(max(normal(start ?? 0), 0), count)
      let upper = min(max(normal(end ?? count), 0), count)
      return stride(from: lower, to: upper, by: step)
    }
    let upper = min(max(normal(start ?? count - 1), -1), count - 1)
    // An end that is not given lies before the first element, which no index from the end can say.
    let lower = end.map { min(max(normal($0), -1), count - 1) } ?? -1
    return stride(from: upper, to: lower, by: step)
  }
}
