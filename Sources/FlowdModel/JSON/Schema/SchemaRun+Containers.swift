extension SchemaRun {
  // MARK: arrays

  mutating func checkArray(
    _ elements: [JSONValue], _ schema: JSONValue, _ path: String, _ mistakes: inout [Mistake]
  ) {
    let message = SchemaText.outOfBounds(
      elements.count, schema.count(at: "minItems"), schema.count(at: "maxItems"), "element")
    if let message { mistakes.append(Mistake(path: path, message: message)) }
    if schema["uniqueItems"] == .bool(true), let (first, second) = equalElements(elements) {
      mistakes.append(Mistake(path: path, message: "the elements \(first) and \(second) are equal"))
    }
    let items = schema["items"]
    let first = schema["prefixItems"]?.asSchemaList ?? items?.asSchemaList ?? []
    let others = items?.asSchemaList == nil ? items : schema["additionalItems"]
    for (index, element) in elements.enumerated() {
      guard let schema = index < first.count ? first[index] : others else { break }
      guard take(), mistakes.count < Limits.schemaMistakesMax else { return }
      check(element, schema, at: "\(path)[\(index)]", &mistakes)
    }
    checkContains(elements, schema, path, &mistakes)
  }

  private mutating func equalElements(_ elements: [JSONValue]) -> (Int, Int)? {
    var places: [[UInt8]: Int] = [:]
    for (index, element) in elements.enumerated() {
      if let first = places.updateValue(index, forKey: key(of: element)) { return (first, index) }
      if hasGivenUp { return nil }
    }
    return nil
  }

  private mutating func checkContains(
    _ elements: [JSONValue], _ schema: JSONValue, _ path: String, _ mistakes: inout [Mistake]
  ) {
    guard let wanted = schema["contains"] else { return }
    var count = 0
    for element in elements where take() && fits(element, wanted, at: path) { count += 1 }
    let (least, most) = (schema.count(at: "minContains") ?? 1, schema.count(at: "maxContains"))
    if count < least {
      let message = "expected at least \(least) that fit 'contains', found \(count)"
      mistakes.append(Mistake(path: path, message: message))
    } else if let most, count > most {
      mistakes.append(Mistake(path: path, message: "expected at most \(most) that fit 'contains', found \(count)"))
    }
  }

  // MARK: objects

  mutating func checkObject(
    _ members: [JSONValue.Member], _ schema: JSONValue, _ path: String, _ mistakes: inout [Mistake]
  ) {
    let least = schema.count(at: "minProperties")
    let message = SchemaText.outOfBounds(members.count, least, schema.count(at: "maxProperties"), "member")
    if let message { mistakes.append(Mistake(path: path, message: message)) }
    let values = Dictionary(members.map { (ExactName($0.name), $0.value) }) { first, _ in first }
    guard take(members.count) else { return }
    for case .string(let name) in schema["required"]?.asSchemaList ?? [] where values[ExactName(name)] == nil {
      mistakes.append(Mistake(path: path, message: "\(SchemaText.quoted(name)) is missing"))
    }
    checkProperties(members, values, schema, path, &mistakes)
    if let names = schema["propertyNames"] {
      for member in members where take() && mistakes.count < Limits.schemaMistakesMax {
        var found: [Mistake] = []
        check(.string(member.name), names, at: path, &found)
        mistakes += found.map {
          Mistake(path: path, message: "the name \(SchemaText.quoted(member.name)): \($0.message)")
        }
      }
    }
    checkDependencies(.object(members), values, schema, path, &mistakes)
  }

  private mutating func checkProperties(
    _ members: [JSONValue.Member], _ values: [ExactName: JSONValue], _ schema: JSONValue, _ path: String,
    _ mistakes: inout [Mistake]
  ) {
    let properties = schema["properties"]?.asMembers ?? []
    for property in properties {
      guard take(), mistakes.count < Limits.schemaMistakesMax else { return }
      guard let value = values[ExactName(property.name)] else { continue }
      check(value, property.value, at: SchemaText.path(path, property.name), &mistakes)
    }
    let patterns = schema["patternProperties"]?.asMembers ?? []
    var known = Set(properties.map { ExactName($0.name) })
    for pattern in patterns {
      for member in members where isFound(pattern.name, in: member.name) {
        guard take(), mistakes.count < Limits.schemaMistakesMax else { return }
        known.insert(ExactName(member.name))
        check(member.value, pattern.value, at: SchemaText.path(path, member.name), &mistakes)
      }
    }
    guard let others = schema["additionalProperties"], others != .bool(true) else { return }
    for member in members where !known.contains(ExactName(member.name)) {
      guard take(), mistakes.count < Limits.schemaMistakesMax else { return }
      if others == .bool(false) {
        let hint = NearMiss.hint(for: member.name, among: properties.map(\.name))
        let message = "\(SchemaText.quoted(member.name)) is not allowed\(hint)"
        mistakes.append(Mistake(path: path, message: message))
      } else {
        check(member.value, others, at: SchemaText.path(path, member.name), &mistakes)
      }
    }
  }

  private mutating func checkDependencies(
    _ value: JSONValue, _ values: [ExactName: JSONValue], _ schema: JSONValue, _ path: String,
    _ mistakes: inout [Mistake]
  ) {
    for keyword in ["dependencies", "dependentRequired", "dependentSchemas"] {
      for dependency in schema[keyword]?.asMembers ?? [] where values[ExactName(dependency.name)] != nil {
        guard take() else { return }
        guard let names = dependency.value.asSchemaList else {
          check(value, dependency.value, at: path, &mistakes)
          continue
        }
        for case .string(let name) in names where values[ExactName(name)] == nil {
          let message = "\(SchemaText.quoted(name)) is missing, which \(SchemaText.quoted(dependency.name)) needs"
          mistakes.append(Mistake(path: path, message: message))
        }
      }
    }
  }
}
