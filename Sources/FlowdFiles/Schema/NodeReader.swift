internal import FlowdModel
internal import FlowdSchema

/// Takes typed values out of nodes, and gathers what is wrong with them.
///
/// Every function that returns `nil` has reported why, or met a node that was reported before.
struct NodeReader {
  /// What a node was taken for, which decides how it is written back.
  private enum Use: UInt8 {
    case value, text, fields
  }

  let source: SourceText
  private var diagnostics: [Diagnostic]
  /// Apart, so that no number of them hides an error.
  private var warnings: [Diagnostic] = []
  private var uses: [Use]

  init(_ document: YAMLDocument) {
    source = document.source
    diagnostics = document.diagnostics
    uses = Array(repeating: .value, count: document.nodeCount)
  }

  /// Whether further errors are dropped; then looking for them is not worth the time.
  var isFull: Bool { diagnostics.count >= Limits.diagnosticsMax }

  /// How many errors there are.
  var problemCount: Int { diagnostics.count }

  var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }

  /// The problems in the order of their places; of the warnings as many as there is room for.
  var sortedDiagnostics: [Diagnostic] {
    (diagnostics + warnings.prefix(max(0, Limits.diagnosticsMax - diagnostics.count))).enumerated().sorted {
      left, right in
      (left.element.line, left.element.column, left.offset) < (right.element.line, right.element.column, right.offset)
    }.map(\.element)
  }

  /// Notes an error, up to `Limits.diagnosticsMax` of them.
  mutating func report(_ message: String, at position: SourcePosition) {
    guard !isFull else { return }
    diagnostics.append(source.error(message, at: position))
  }

  /// Notes what is probably not meant, up to `Limits.diagnosticsMax` times.
  mutating func warn(_ message: String, at position: SourcePosition) {
    guard warnings.count < Limits.diagnosticsMax else { return }
    var warning = source.error(message, at: position)
    warning.severity = .warning
    warnings.append(warning)
  }

  // MARK: scalars

  /// A text; a plain number or boolean is taken as it is written, nothing is not.
  mutating func text(_ node: YAMLNode, _ name: String) -> String? {
    if case .scalar(let text, let style) = node.content, style != .plain || CoreValue(plain: text) != .null {
      uses[Int(node.index)] = .text
      return text
    }
    return mismatch(node, name, expected: "text")
  }

  /// A text that is neither empty nor in need of references, such as a name.
  mutating func constant(_ node: YAMLNode, _ name: String) -> String? {
    guard let text = text(node, name) else { return nil }
    if text.utf8.isEmpty {
      report("\(name) must not be empty", at: node.start)
      return nil
    }
    if TemplateText.hasReference(text) {
      report("\(name) is constant; ${{ }} is not replaced in it", at: positionOfReference(in: node))
      return nil
    }
    return text
  }

  mutating func boolean(_ node: YAMLNode, _ name: String) -> Bool? {
    if case .scalar(let text, .plain) = node.content, case .bool(let value) = CoreValue(plain: text) { return value }
    return mismatch(node, name, expected: "true or false")
  }

  mutating func integer(_ node: YAMLNode, _ name: String, in range: ClosedRange<Int>) -> Int? {
    if case .scalar(let text, .plain) = node.content, case .number(let number) = CoreValue(plain: text),
      let value = Int(number), range.contains(value)
    {
      return value
    }
    return mismatch(node, name, expected: "a whole number from \(range.lowerBound) to \(range.upperBound)")
  }

  /// A number that need not be whole.
  mutating func number(_ node: YAMLNode, _ name: String, in range: ClosedRange<Double>) -> Double? {
    if case .scalar(let text, .plain) = node.content, case .number(let number) = CoreValue(plain: text),
      let value = Double(number), range.contains(value)
    {
      return value
    }
    let (least, most) = (Self.short(range.lowerBound), Self.short(range.upperBound))
    return mismatch(node, name, expected: "a number from \(least) to \(most)")
  }

  private static func short(_ number: Double) -> String {
    Int(exactly: number).map(String.init) ?? "\(number)"
  }

  /// A duration such as `10m`.
  mutating func duration(_ node: YAMLNode, _ name: String, zeroIsAllowed: Bool = false) -> Duration? {
    guard let text = text(node, name) else { return nil }
    do {
      return try DurationText.parse(text, zeroIsAllowed: zeroIsAllowed)
    } catch {
      report("\(name) \(error.message)", at: node.start)
      return nil
    }
  }

  /// A number of bytes such as `64MiB`.
  mutating func size(_ node: YAMLNode, _ name: String, in range: ClosedRange<Int>) -> Int? {
    guard let text = text(node, name) else { return nil }
    do {
      return try ByteCountText.parse(text, in: range)
    } catch {
      report("\(name) \(error.message)", at: node.start)
      return nil
    }
  }

  /// The place of the first `${{` in a scalar.
  func positionOfReference(in node: YAMLNode) -> SourcePosition {
    guard case .scalar(let text, _) = node.content,
      let offset = TemplateText.openings(in: Array(text.utf8)[...]).first
    else { return node.start }
    return ScalarPlaces(node, in: source).position(of: offset, after: .init(offset: offset, number: 0))
  }

  /// One of a few words.
  mutating func choice(_ node: YAMLNode, _ name: String, among words: [String]) -> String? {
    guard let text = text(node, name) else { return nil }
    if words.contains(text) { return text }
    let list = words.map(quoted).joined(separator: ", ")
    report("\(name) must be one of \(list); found \(quoted(text))", at: node.start)
    return nil
  }

  // MARK: collections

  mutating func sequence(_ node: YAMLNode, _ name: String, expected: String = "a list") -> [YAMLNode]? {
    if case .sequence(let elements) = node.content { return elements }
    return mismatch(node, name, expected: expected)
  }

  /// A mapping whose keys are names of the author's.
  mutating func mapping(_ node: YAMLNode, _ name: String, expected: String = "a mapping") -> [YAMLNode.Entry]? {
    if case .mapping(let entries) = node.content { return entries }
    return mismatch(node, name, expected: expected)
  }

  /// A mapping whose keys are those of the language; others are reported.
  mutating func fields(_ node: YAMLNode, _ keys: KnownKeys) -> Fields? {
    guard let entries = mapping(node, keys.place) else { return nil }
    uses[Int(node.index)] = .fields
    for entry in entries where !isFull {
      if let mistake = keys.mistake(in: entry.key) { report(mistake, at: entry.position) }
    }
    return Fields(entries: entries)
  }

  /// A mapping of the flow language.
  mutating func fields(_ node: YAMLNode, _ object: SchemaObject) -> Fields? { fields(node, KnownKeys(object)) }

  /// Whether nothing is written at a place.
  func isNothing(_ node: YAMLNode) -> Bool {
    if case .scalar(let text, .plain) = node.content { CoreValue(plain: text) == .null } else { false }
  }

  // MARK: JSON

  /// The node as a JSON value, plain scalars by YAML's core schema.
  mutating func json(_ node: YAMLNode) -> JSONValue? {
    guard let unrepresentable = firstUnrepresentable(in: node) else { return written(node) }
    if case .refused = unrepresentable.content { return nil }
    report("JSON has no such number", at: unrepresentable.start)
    return nil
  }

  /// The node as it is stored: as `json`, but a scalar that was read as text is a string, and the fields of the language
  /// are sorted by the bytes of their keys. Mappings with keys of the author's keep their order, which a reader may show.
  func written(_ node: YAMLNode) -> JSONValue {
    switch node.content {
    case .refused: return .null
    case .sequence(let elements): return .array(elements.map(written))
    case .mapping(let entries):
      let members = entries.map { JSONValue.Member($0.key, written($0.value)) }
      guard uses[Int(node.index)] == .fields else { return .object(members) }
      return .object(members.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) })
    case .scalar(let text, let style):
      guard style == .plain, uses[Int(node.index)] != .text else { return .string(text) }
      switch CoreValue(plain: text) {
      case .null, .unrepresentable: return .null
      case .bool(let value): return .bool(value)
      case .number(let text): return .number(text)
      case .string: return .string(text)
      }
    }
  }

  private func firstUnrepresentable(in node: YAMLNode) -> YAMLNode? {
    switch node.content {
    case .refused: return node
    case .scalar(let text, .plain): return CoreValue(plain: text) == .unrepresentable ? node : nil
    case .scalar: return nil
    case .sequence(let elements): return elements.lazy.compactMap(firstUnrepresentable).first
    case .mapping(let entries): return entries.lazy.compactMap { firstUnrepresentable(in: $0.value) }.first
    }
  }

  // MARK: messages

  /// Reports that a node is of the wrong kind; returns `nil` for the caller to pass on.
  mutating func mismatch<Value>(_ node: YAMLNode, _ name: String, expected: String) -> Value? {
    reportMismatch(node, name, expected: expected)
    return nil
  }

  mutating func reportMismatch(_ node: YAMLNode, _ name: String, expected: String) {
    if case .refused = node.content { return }
    report("\(name) must be \(expected), found \(describe(node))", at: node.start)
  }

  func describe(_ node: YAMLNode) -> String {
    switch node.content {
    case .refused: return "something that is not allowed"
    case .sequence: return "a list"
    case .mapping: return "a mapping"
    case .scalar(let text, let style):
      guard style == .plain else { return "the text \(quoted(text))" }
      switch CoreValue(plain: text) {
      case .null: return "nothing"
      case .bool(let value): return "\(value)"
      case .number, .unrepresentable: return "the number \(text.prefix(40))"
      case .string: return "the text \(quoted(text))"
      }
    }
  }
}
