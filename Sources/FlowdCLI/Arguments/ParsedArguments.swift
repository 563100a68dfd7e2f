/// The options and operands of one command line, checked against their declarations.
package struct ParsedArguments: Sendable {
  private var values: [String: [any Sendable]] = [:]
  package private(set) var operands: [String] = []

  package init() {}

  /// The value given last.
  package subscript<Value>(option: Option<Value>) -> Value? { values[option.name]?.last as? Value }

  package subscript(flag: Flag) -> Bool { values[flag.name] != nil }

  /// All values, in their order.
  package func all<Value>(_ option: Option<Value>) -> [Value] {
    (values[option.name] ?? []).compactMap { $0 as? Value }
  }

  package func operand(_ index: Int) -> String? { index < operands.count ? operands[index] : nil }

  mutating func set(_ name: String, to value: any Sendable) { values[name, default: []].append(value) }

  mutating func add(operand: String) { operands.append(operand) }
}
