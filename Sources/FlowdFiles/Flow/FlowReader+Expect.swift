internal import FlowdModel
internal import FlowdSchema

extension FlowReader {
  /// The checks of a step: its own, else those of `defaults`, and those it adds.
  mutating func expectations(_ fields: Fields, _ place: ExpressionPlace, _ kind: StepKind, index: Int) -> [Check] {
    guard StepDefaults.applies("expect", to: kind) else { return [] }
    var checks = defaults.expect(for: kind)
    if fields["expect"] == nil { take("expect", kind, outlines[index].id) }
    if let node = fields["expect"] {
      checks = checkNodes(node, "'expect'").compactMap { check($0, place, kind) }
      if let position = fields.position(of: "+expect") {
        nodes.report("'expect' replaces the checks of 'defaults' and '+expect' adds to them; give one", at: position)
      }
    }
    if let node = fields["+expect"] {
      let added = checkNodes(node, "'+expect'").compactMap { check($0, place, kind) }
      if mayMerge(checks.count + added.count, at: node.start) { checks += added }
      if checks.count > Limits.checksMax {
        nodes.report("at most \(Limits.checksMax) checks are allowed, those of 'defaults' with them", at: node.start)
      }
    }
    return checks
  }

  mutating func checkNodes(_ node: YAMLNode, _ name: String) -> ArraySlice<YAMLNode> {
    guard let elements = nodes.sequence(node, name, expected: "a list of checks") else { return [] }
    if elements.count > Limits.checksMax {
      nodes.report("at most \(Limits.checksMax) checks are allowed", at: elements[Limits.checksMax].start)
    }
    return elements.prefix(Limits.checksMax)
  }

  /// The queries that a check names; one if it is right.
  func queryNames(of node: YAMLNode) -> [String] {
    guard case .mapping(let entries) = node.content else { return [] }
    return entries.map(\.key).filter { Language.plainQueries.contains($0) || Language.queriesWithArgument.contains($0) }
  }

  /// One check.
  ///
  /// - Parameter kind: What is looked at; `nil` for `defaults`, whose checks are taken by the kinds they fit.
  mutating func check(_ node: YAMLNode, _ place: ExpressionPlace, _ kind: StepKind?) -> Check? {
    let before = nodes.problemCount
    guard let fields = nodes.fields(node, Language.check) else { return nil }
    let queries = queryNames(of: node)
    guard let name = queries.first, let argument = fields[name] else {
      // An unknown key may be what was meant, and was reported.
      if nodes.problemCount == before {
        nodes.report("a check needs something to look at, such as 'stdout' or 'json'", at: node.start)
      }
      return nil
    }
    if queries.count > 1 {
      let second = queries[1]
      nodes.report(
        "a check looks at one thing; \(quoted(name)) is already there, so write another check",
        at: fields.position(of: second) ?? node.start)
      return nil
    }
    if let kind, !Language.queries(of: kind).contains(name) {
      let names = Language.queries(of: kind).joined(separator: ", ")
      nodes.report(
        "'uses: \(kind.rawValue)' has no \(quoted(name)) to look at; there are \(names)",
        at: fields.position(of: name) ?? node.start)
    }
    let line = Int(node.start.line)
    if Language.plainQueries.contains(name) {
      for entry in fields.entries where entry.key != name && Language.check.key(entry.key) != nil {
        nodes.report(
          "a predicate of \(quoted(name)) is written inside it: { \(name): { \(entry.key): … } }", at: entry.position)
      }
      guard let query = plainQuery(name) else { return nil }
      return Check(query: query, predicates: heldPredicates(argument, query, place), line: line)
    }
    guard let query = self.query(name, argument) else { return nil }
    let given = Fields(entries: fields.entries.filter { $0.key != name })
    if nodes.problemCount == before, !hasPredicate(given) {
      nodes.report("\(quoted(name)) needs a predicate beside it, such as exists: true", at: node.start)
    }
    return Check(query: query, predicates: predicates(given, query, place), line: line)
  }

  private func plainQuery(_ name: String) -> CheckQuery? {
    switch name {
    case "exit": .exit
    case "stdout": .stdout
    case "stderr": .stderr
    case "body": .body
    case "duration": .duration
    case "bytes": .bytes
    case "status": .status
    default: nil
    }
  }

  private mutating func query(_ name: String, _ node: YAMLNode) -> CheckQuery? {
    guard let text = nodes.constant(node, quoted(name)) else { return nil }
    let query: CheckQuery
    switch name {
    case "json": query = .json(path: text)
    case "regex": query = .regex(pattern: text)
    case "header": query = .header(text)
    case "cookie": query = .cookie(text)
    default: return nil
    }
    if let mistake = CheckLanguage.mistake(in: query) { nodes.report("\(quoted(name)): \(mistake)", at: node.start) }
    return query
  }

  // MARK: predicates

  /// What must hold of a query without an argument: a value, or a mapping of predicates.
  private mutating func heldPredicates(
    _ node: YAMLNode, _ query: CheckQuery, _ place: ExpressionPlace
  ) -> [CheckPredicate] {
    guard case .mapping = node.content else {
      return expected(node, .equal, query, place).map { [CheckPredicate(.equal, $0)] } ?? []
    }
    let before = nodes.problemCount
    guard let fields = nodes.fields(node, Language.predicates) else { return [] }
    if nodes.problemCount == before, !hasPredicate(fields) {
      nodes.report("a check needs a predicate, such as exists: true", at: node.start)
    }
    return predicates(fields, query, place)
  }

  private func hasPredicate(_ fields: Fields) -> Bool {
    fields.entries.contains { CheckPredicate.Operator(rawValue: $0.key) != nil }
  }

  /// In the order of the language, not of the file, so that spelling makes no difference.
  private mutating func predicates(
    _ fields: Fields, _ query: CheckQuery, _ place: ExpressionPlace
  ) -> [CheckPredicate] {
    var predicates: [CheckPredicate] = []
    for name in CheckPredicate.Operator.allCases {
      guard let node = fields[name.rawValue] else { continue }
      switch name {
      case .exists, .isEmpty:
        let holds = nodes.boolean(node, quoted(name.rawValue)) ?? true
        predicates.append(CheckPredicate(name, isNegated: !holds))
      case .type:
        let word = nodes.choice(node, "'type'", among: Language.types) ?? "string"
        predicates.append(CheckPredicate(name, .constant(.string(word))))
      case .startsWith, .endsWith, .matches:
        guard let text = template(node, quoted(name.rawValue), place) else { continue }
        let predicate = CheckPredicate(name, text.constant.map { .constant(.string($0)) } ?? .string(text))
        if let mistake = CheckLanguage.mistake(in: predicate) {
          nodes.report("\(quoted(name.rawValue)): \(mistake)", at: node.start)
        }
        predicates.append(predicate)
      case .count:
        if let value = count(node, place) { predicates.append(CheckPredicate(name, value)) }
      case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .contains:
        if let value = expected(node, name, query, place) { predicates.append(CheckPredicate(name, value)) }
      }
    }
    guard let node = fields["not"], nodes.boolean(node, "'not'") == true else { return predicates }
    if predicates.count > 1 {
      nodes.report("'not: true' needs exactly one predicate beside it", at: fields.position(of: "not") ?? node.start)
    }
    return predicates.map { CheckPredicate($0.operator, $0.expected, isNegated: !$0.isNegated) }
  }

  private mutating func count(_ node: YAMLNode, _ place: ExpressionPlace) -> ValueTemplate? {
    guard case .mapping(let entries) = node.content else { return number(node, "'count'", place) }
    guard let fields = nodes.fields(node, Language.comparison) else { return nil }
    if entries.isEmpty { nodes.report("'count' needs a comparison, such as \">=\": 1", at: node.start) }
    let members = Language.comparison.keys.compactMap { key in
      fields[key.name].flatMap { number($0, quoted(key.name), place) }.map { NamedValue(key.name, $0) }
    }
    let constants = members.compactMap { member in
      member.value.constantValue.map { JSONValue.Member(member.name, $0) }
    }
    return constants.count == members.count ? .constant(.object(constants)) : .object(members)
  }

  /// The value that is compared with; a number where the query gives one.
  private mutating func expected(
    _ node: YAMLNode, _ name: CheckPredicate.Operator, _ query: CheckQuery, _ place: ExpressionPlace
  ) -> ValueTemplate? {
    switch query {
    case .exit, .status, .bytes:
      return number(node, quoted(name.rawValue), place)
    case .duration:
      if case .scalar(let text, let style) = node.content, !TemplateText.hasReference(text),
        style != .plain || CoreValue(plain: text) == .string
      {
        return nodes.duration(node, "'duration'", zeroIsAllowed: true).map { duration in
          let (seconds, attoseconds) = duration.components
          return .constant(.number("\(seconds * 1000 + attoseconds / 1_000_000_000_000_000)"))
        }
      }
      return number(node, quoted(name.rawValue), place)
    case .header, .cookie, .body, .json, .regex, .stdout, .stderr:
      return value(node, place)
    }
  }

  private mutating func number(_ node: YAMLNode, _ name: String, _ place: ExpressionPlace) -> ValueTemplate? {
    guard let value = value(node, place) else { return nil }
    guard let constant = value.constantValue else { return value }
    if case .number = constant { return value }
    return nodes.mismatch(node, name, expected: "a number")
  }
}
