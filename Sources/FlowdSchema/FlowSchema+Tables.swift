extension FlowSchema {
  /// The tables of the reference page, each of one mapping, in Markdown.
  package static func tables() -> [(name: String, markdown: String)] {
    ([Language.flow] + objects).map { ($0.name, table(of: $0)) }
  }

  private static func table(of object: SchemaObject) -> String {
    let rows = object.keys.map { "| `\($0.name)` | \(escaped(text(of: $0.type))) | \(escaped(meaning(of: $0))) |" }
    return (["| key | value | meaning |", "| --- | --- | --- |"] + rows).joined(separator: "\n")
  }

  private static func meaning(of key: SchemaKey) -> String {
    var text = key.meaning
    if key.isRequired { text += " Required." }
    if let standard = key.standard { text += " Otherwise: \(standard)." }
    if let kinds = key.kinds, kinds.count < StepKind.allCases.count {
      text += " For \(kinds.map { "`\($0.rawValue)`" }.joined(separator: ", "))."
    }
    return text
  }

  private static func escaped(_ text: String) -> String {
    String(text.flatMap { $0 == "|" ? Array("\\|") : [$0] })
  }

  private static func text(of type: SchemaType) -> String {
    switch type {
    case .text: "text"
    case .constant: "constant text"
    case .template: "text with `${{ }}`"
    case .value, .plainValue: "any value with `${{ }}`"
    case .json: "any value"
    case .expression: "expression"
    case .boolean: "`true` or `false`"
    case .integer(let range): "\(range.lowerBound) to \(range.upperBound)"
    case .number(let range): "number from \(short(range.lowerBound)) to \(short(range.upperBound))"
    case .duration: "duration"
    case .durationTemplate: "duration, with `${{ }}`"
    case .size: "bytes, or a size such as `64MiB`"
    case .networkRule: "host, address or network"
    case .words(let words): words.map { "`\($0)`" }.joined(separator: ", ")
    case .identifier: "id"
    case .variable: "name"
    case .list(let element, let max, _): "list of at most \(max): \(text(of: element))"
    case .map(let value, _, let max): "mapping of at most \(max) names: \(text(of: value))"
    case .object(let object): "mapping: [\(object.name)](#\(object.name))"
    case .with: "mapping"
    case .either(let types): types.map(text).joined(separator: "; or ")
    }
  }

  private static func short(_ number: Double) -> String { Int(exactly: number).map(String.init) ?? "\(number)" }
}
