internal import FlowdModel

/// Compares JSON values the way RFC 9535 §2.3.5.2.2 does: numbers by value, texts by their characters, objects whatever
/// the order of their members.
struct JSONComparison {
  var budget: StepBudget

  mutating func equal(_ left: JSONValue, _ right: JSONValue) throws(GaveUp) -> Bool {
    try budget.take()
    switch (left, right) {
    case (.null, .null): return true
    case (.bool(let left), .bool(let right)): return left == right
    case (.string(let left), .string(let right)): return try equal(left, right)
    case (.number(let left), .number(let right)): return try compare(numbers: left, right) == 0
    case (.array(let left), .array(let right)):
      guard left.count == right.count else { return false }
      for index in left.indices where try !equal(left[index], right[index]) { return false }
      return true
    case (.object(let left), .object(let right)):
      guard left.count == right.count else { return false }
      return try contains(left, all: right)
    case (.null, _), (.bool, _), (.string, _), (.number, _), (.array, _), (.object, _): return false
    }
  }

  /// Below zero, zero, or above it; `nil` unless both are numbers or both are texts.
  mutating func order(_ left: JSONValue, _ right: JSONValue) throws(GaveUp) -> Int? {
    switch (left, right) {
    case (.number(let left), .number(let right)): return try compare(numbers: left, right)
    case (.string(let left), .string(let right)):
      try budget.take(1 + min(left.utf8.count, right.utf8.count) / 64)
      if left.utf8.lexicographicallyPrecedes(right.utf8) { return -1 }
      return left.utf8.elementsEqual(right.utf8) ? 0 : 1
    case (.null, _), (.bool, _), (.string, _), (.number, _), (.array, _), (.object, _): return nil
    }
  }

  /// Whether an object has all of these members, with equal values.
  mutating func contains(_ members: [JSONValue.Member], all wanted: [JSONValue.Member]) throws(GaveUp) -> Bool {
    try budget.take(members.count + wanted.count)
    let values = Dictionary(members.map { (ExactName($0.name), $0.value) }) { first, _ in first }
    for member in wanted {
      guard let value = values[ExactName(member.name)], try equal(value, member.value) else { return false }
    }
    return true
  }

  private mutating func equal(_ left: String, _ right: String) throws(GaveUp) -> Bool {
    guard left.utf8.count == right.utf8.count else { return false }
    try budget.take(left.utf8.count / 64)
    return left.utf8.elementsEqual(right.utf8)
  }

  /// `nil` for a text that is no number, which only something other than a JSON text can hold.
  private mutating func compare(numbers left: String, _ right: String) throws(GaveUp) -> Int? {
    if left.utf8.count <= 18, right.utf8.count <= 18, let left = Int64(left), let right = Int64(right) {
      return left < right ? -1 : left == right ? 0 : 1
    }
    try budget.take(1 + (left.utf8.count + right.utf8.count) / 16)
    guard let left = DecimalNumber(left), let right = DecimalNumber(right) else { return nil }
    return left < right ? -1 : left == right ? 0 : 1
  }
}
