internal import FlowdLua
internal import FlowdModel
internal import FlowdSchema

extension FlowReader {
  // MARK: foreach

  mutating func foreach(_ node: YAMLNode, index: Int) -> Foreach? {
    guard case .mapping = node.content else { return list(node, "'foreach'", index: index).map { Foreach(list: $0) } }
    guard let fields = nodes.fields(node, Language.foreach) else { return nil }
    var foreach = Foreach(list: .constant(.array([])))
    if let node = fields["as"], let name = nodes.text(node, "'as'") {
      checkElementName(name, at: node.start)
      foreach.name = name
    }
    if let node = fields["max-parallel"] {
      foreach.maxParallel = nodes.integer(node, "'max-parallel'", in: 1...Limits.maxParallelMax)
    }
    if let node = fields["in"] {
      foreach.list = list(node, "'in'", index: index) ?? foreach.list
    } else {
      nodes.report("'foreach' needs 'in', a list", at: node.start)
    }
    return foreach
  }

  /// A list that is written out, or an expression that gives one.
  private mutating func list(_ node: YAMLNode, _ name: String, index: Int) -> ValueTemplate? {
    switch node.content {
    case .refused:
      return nil
    case .sequence(let elements):
      if elements.count > Limits.foreachItemsMax {
        nodes.report(
          "at most \(Limits.foreachItemsMax) elements are allowed", at: elements[Limits.foreachItemsMax].start)
        return nil
      }
      return value(node, .step(index))
    case .scalar where !nodes.isNothing(node):
      return expression(node, name, .step(index)).map { .string(Template([.expression($0)])) }
    case .scalar, .mapping:
      return nodes.mismatch(node, name, expected: "a list, or an expression such as ${{ inputs.files }}")
    }
  }

  private mutating func checkElementName(_ name: String, at position: SourcePosition) {
    if !NameRule.variable.admits(name) || name.utf8.count > 64 || LuaNames.keywords.contains(name) {
      let rule = "use at most 64 letters, digits and _, not a digit first, and no word of Lua's"
      nodes.report("\(quoted(name)) is not a name for 'as'; \(rule)", at: position)
    } else if ScopeNames.reserved.contains(name) || LuaNames.isTaken(name) || isOwnName(name) {
      nodes.report("'as' may not be \(quoted(name)), which means something else in expressions", at: position)
    }
  }

  private func isOwnName(_ name: String) -> Bool {
    StepKind.allCases.contains { ScopeNames.ownNames(of: $0.rawValue).contains(name) }
  }

  // MARK: until

  mutating func until(_ node: YAMLNode, _ place: ExpressionPlace) -> Until? {
    guard let fields = nodes.fields(node, Language.until) else { return nil }
    let interval = fields["interval"].flatMap { nodes.duration($0, "'interval'") }
    let deadline = fields["deadline"].flatMap { nodes.duration($0, "'deadline'") }
    guard let condition = fields["condition"] else {
      nodes.report("'until' needs a 'condition'", at: node.start)
      return nil
    }
    return expression(condition, "'condition'", place).map {
      Until(condition: $0, interval: interval ?? .seconds(1), deadline: deadline ?? .seconds(300))
    }
  }

  // MARK: retry

  mutating func retryKeys(_ node: YAMLNode, _ place: ExpressionPlace) -> RetryKeys {
    var keys = RetryKeys()
    guard let fields = nodes.fields(node, Language.retry) else { return keys }
    if let node = fields["limit"] { keys.limit = nodes.integer(node, "'limit'", in: 0...Limits.retryLimitMax) }
    if let node = fields["delay"] { keys.delay = nodes.duration(node, "'delay'", zeroIsAllowed: true) }
    if let node = fields["backoff"] { keys.backoff = nodes.number(node, "'backoff'", in: 1...1000) }
    if let node = fields["max-delay"] { keys.maxDelay = nodes.duration(node, "'max-delay'", zeroIsAllowed: true) }
    if let node = fields["jitter"] { keys.jitter = nodes.number(node, "'jitter'", in: 0...1) }
    if let node = fields["when"] {
      switch node.content {
      case .scalar("recoverable", _): keys.condition = .recoverable
      case .scalar("any", _): keys.condition = .any
      default: keys.condition = expression(node, "'when'", place).map { .expression($0) }
      }
    }
    return keys
  }
}
