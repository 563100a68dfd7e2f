extension SchemaRun {
  mutating func checkCombinations(
    _ value: JSONValue, _ schema: JSONValue, _ path: String, _ mistakes: inout [Mistake]
  ) {
    if case .string(let reference)? = schema["$ref"], let target = SchemaReference.target(reference, in: root) {
      check(value, target, at: path, &mistakes)
    }
    for part in schema["allOf"]?.asSchemaList ?? [] { check(value, part, at: path, &mistakes) }
    if let alternatives = schema["anyOf"]?.asSchemaList { checkAnyOf(value, alternatives, path, &mistakes) }
    if let alternatives = schema["oneOf"]?.asSchemaList {
      let fitting = alternatives.indices.filter { fits(value, alternatives[$0], at: path) }
      if fitting.isEmpty {
        checkAnyOf(value, alternatives, path, &mistakes)
      } else if fitting.count > 1 {
        let message = "fits the alternatives \(fitting[0] + 1) and \(fitting[1] + 1), where one only is allowed"
        mistakes.append(Mistake(path: path, message: message))
      }
    }
    if let excluded = schema["not"], fits(value, excluded, at: path), !hasGivenUp {
      mistakes.append(Mistake(path: path, message: "\(SchemaText.excerpt(value)) fits what 'not' excludes"))
    }
    if let condition = schema["if"] {
      let branch = fits(value, condition, at: path) ? "then" : "else"
      if let part = schema[branch] { check(value, part, at: path, &mistakes) }
    }
  }

  /// Tells what is wrong with the alternative that is nearest: of the values deepest inside, the one with the fewest
  /// mistakes.
  private mutating func checkAnyOf(
    _ value: JSONValue, _ alternatives: [JSONValue], _ path: String, _ mistakes: inout [Mistake]
  ) {
    var nearest: [Mistake]?
    for alternative in alternatives {
      var found: [Mistake] = []
      check(value, alternative, at: path, &found)
      if found.isEmpty { return }
      if nearest.map({ Self.isNearer(found, than: $0, path) }) ?? true { nearest = found }
    }
    guard let nearest else { return }
    if alternatives.count == 1 {
      mistakes += nearest
      return
    }
    let first = nearest[0]
    let place = first.path == path ? "" : "\(first.path): "
    mistakes.append(
      Mistake(
        path: path,
        message: "fits none of \(alternatives.count) alternatives; of the nearest: \(place)\(first.message)"))
  }

  /// An alternative whose mistakes are all inside the value has at least its kind right.
  private static func isNearer(_ left: [Mistake], than right: [Mistake], _ path: String) -> Bool {
    let (here, there) = (left.filter { $0.path == path }.count, right.filter { $0.path == path }.count)
    return here != there ? here < there : left.count < right.count
  }
}

/// Where `$ref` leads.
enum SchemaReference {
  /// The part of the same document that a reference names: `#`, or `#` and a JSON Pointer (RFC 6901).
  static func target(_ reference: String, in root: JSONValue) -> JSONValue? {
    guard reference.utf8.first == UInt8(ascii: "#"), let pointer = unescaped(String(reference.dropFirst())) else {
      return nil
    }
    if pointer.isEmpty { return root }
    guard pointer.hasPrefix("/") else { return nil }
    var found = root
    for part in pointer.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
      let name = String(part).replacing("~1", with: "/").replacing("~0", with: "~")
      switch found {
      case .object(let members):
        guard let member = members.first(where: { ExactName($0.name) == ExactName(name) }) else { return nil }
        found = member.value
      case .array(let elements):
        guard let index = Int(name), elements.indices.contains(index) else { return nil }
        found = elements[index]
      case .null, .bool, .number, .string: return nil
      }
    }
    return found
  }

  /// Without the percent signs of a URI.
  private static func unescaped(_ text: String) -> String? {
    guard text.utf8.contains(UInt8(ascii: "%")) else { return text }
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
        return nil
      }
      bytes.append(value)
      rest = rest.dropFirst(2)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
