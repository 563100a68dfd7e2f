/// One comparison of a value with a schema.
struct SchemaRun {
  typealias Mistake = JSONSchemaValidator.Mistake

  let root: JSONValue
  private(set) var hasGivenUp = false
  private var stepsLeft: Int
  private var depth = 0
  /// Those that were met; `nil` for one that is none.
  private var patterns: [String: SchemaPattern?] = [:]

  init(root: JSONValue, stepsMax: Int) {
    self.root = root
    stepsLeft = stepsMax
  }

  /// Appends what does not fit.
  mutating func check(_ value: JSONValue, _ schema: JSONValue, at path: String, _ mistakes: inout [Mistake]) {
    guard mistakes.count < Limits.schemaMistakesMax, take() else { return }
    guard depth < Limits.schemaDepthMax else {
      mistakes.append(Mistake(path: path, message: "the schema refers to itself more than \(depth) times"))
      return
    }
    depth += 1
    defer { depth -= 1 }
    switch schema {
    case .bool(true): return
    case .bool(false): mistakes.append(Mistake(path: path, message: "nothing is allowed here"))
    case .object(let members):
      guard take(4 + members.count) else { return }
      checkAny(value, schema, path, &mistakes)
      switch value {
      case .number(let text): checkNumber(text, schema, path, &mistakes)
      case .string(let text): checkText(text, schema, path, &mistakes)
      case .array(let elements): checkArray(elements, schema, path, &mistakes)
      case .object(let members): checkObject(members, schema, path, &mistakes)
      case .null, .bool: break
      }
      checkCombinations(value, schema, path, &mistakes)
    case .null, .number, .string, .array: return
    }
  }

  /// Whether a value fits, whatever is wrong with it otherwise.
  mutating func fits(_ value: JSONValue, _ schema: JSONValue, at path: String) -> Bool {
    var mistakes: [Mistake] = []
    check(value, schema, at: path, &mistakes)
    return mistakes.isEmpty
  }

  /// Whether a pattern is found in a text; one that is not supported is found in all.
  mutating func isFound(_ pattern: String, in text: String) -> Bool {
    let compiled: SchemaPattern?
    if let known = patterns[pattern] {
      compiled = known
    } else {
      do throws(PatternParser.Mistake) {
        compiled = try SchemaPattern(pattern)
      } catch {
        compiled = nil
      }
      patterns[pattern] = .some(compiled)
    }
    guard let compiled else { return true }
    var spent = 0
    let left = stepsLeft
    let isFound = compiled.isFound(in: text) { steps in
      spent += steps
      return spent <= left
    }
    _ = take(spent)
    return isFound
  }

  /// Counts work.
  ///
  /// - Returns: `false` when there was too much of it.
  mutating func take(_ steps: Int = 1) -> Bool {
    stepsLeft -= steps
    if stepsLeft < 0 { hasGivenUp = true }
    return !hasGivenUp
  }

  // MARK: values of every kind

  private mutating func checkAny(
    _ value: JSONValue, _ schema: JSONValue, _ path: String, _ mistakes: inout [Mistake]
  ) {
    if let type = schema["type"], !Self.has(value, type) {
      mistakes.append(Mistake(path: path, message: "expected \(Self.described(type)), found \(value.kindWithArticle)"))
    }
    if case .array(let allowed)? = schema["enum"] {
      let key = key(of: value)
      if !allowed.contains(where: { self.key(of: $0) == key }) {
        let list = SchemaText.list(allowed)
        mistakes.append(Mistake(path: path, message: "expected one of \(list); found \(SchemaText.excerpt(value))"))
      }
    }
    if let constant = schema["const"], key(of: constant) != key(of: value) {
      let message = "expected \(SchemaText.excerpt(constant)), found \(SchemaText.excerpt(value))"
      mistakes.append(Mistake(path: path, message: message))
    }
  }

  /// The one text of all equal values.
  mutating func key(of value: JSONValue) -> [UInt8] {
    let key = JSONWriter.bytes(of: value.withCanonicalNumbers, .canonical)
    _ = take(1 + key.count / 64)
    return key
  }

  private static func has(_ value: JSONValue, _ type: JSONValue) -> Bool {
    switch type {
    case .string(let name): value.isOfType(name)
    case .array(let names): names.contains { has(value, $0) }
    case .null, .bool, .number, .object: true
    }
  }

  private static func described(_ type: JSONValue) -> String {
    switch type {
    case .string(let name): SchemaText.article(name)
    case .array(let names): names.map(described).joined(separator: " or ")
    case .null, .bool, .number, .object: type.text
    }
  }
}

extension JSONValue {
  fileprivate func isOfType(_ name: String) -> Bool {
    switch self {
    case .null: name == "null"
    case .bool: name == "boolean"
    case .number(let text): name == "number" || name == "integer" && DecimalNumber(text)?.isInteger == true
    case .string: name == "string"
    case .array: name == "array"
    case .object: name == "object"
    }
  }

  fileprivate var kindWithArticle: String {
    switch self {
    case .null: "null"
    case .bool: "a boolean"
    case .number(let text): text.utf8.count <= 32 ? text : "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }

  fileprivate var withCanonicalNumbers: JSONValue {
    switch self {
    case .null, .bool, .string: self
    case .number(let text): .number(DecimalNumber(text)?.canonicalText ?? text)
    case .array(let elements): .array(elements.map(\.withCanonicalNumbers))
    case .object(let members): .object(members.map { Member($0.name, $0.value.withCanonicalNumbers) })
    }
  }
}
