internal import FlowdLua
internal import FlowdModel
internal import FlowdSchema

extension FlowReader {
  /// Checks an expression and finds what it reads.
  mutating func expression(_ text: ExpressionText, _ place: ExpressionPlace) -> Expression? {
    guard !nodes.isFull else { return nil }
    let line = text.line
    if let mistake = checker.check(expression: text.source, line: line) {
      reportSyntax(mistake, in: text, line: line)
      return nil
    }
    let names = ExpressionScan.scan(text.source)
    hyphenated = []
    let reads = reads(names, in: text, place)
    checkGlobals(names, in: text, place)
    checkSecretReferences(names, in: text, place)
    return Expression(text.source, line: line, reads: reads)
  }

  /// What a script or an expression reads; reports names that are not there.
  mutating func reads(_ names: ScannedNames, in text: ExpressionText, _ place: ExpressionPlace) -> ExpressionReads {
    // A source that declares a name of its own may mean that one.
    let global = Set(names.globals.map(\.name))
    if global.contains("inputs") {
      for input in names.inputs where !nodes.isFull && !inputNames.contains(input.name) {
        let hint =
          hyphenHint(input.name, "inputs", inputNames[...]) ?? NearMiss.hint(for: input.name, among: inputNames)
        nodes.report("unknown input \(quoted(input.name))\(hint)", at: text.position(of: input.offset))
      }
    }
    var steps: Set<Int> = []
    for step in names.steps where !nodes.isFull {
      if let index = self.step(step, isCertain: global.contains("steps"), in: text, place) { steps.insert(index) }
    }
    if names.readsAnyStep, global.contains("steps"), case .none(let reason) = place.steps {
      nodes.report(reason, at: text.position(of: names.globals.first { $0.name == "steps" }?.offset ?? 0))
    }
    return ExpressionReads(
      steps: steps.sorted(), readsAnyStep: names.readsAnyStep,
      asksForStatus: !names.statusFunctions.isDisjoint(with: [.always, .failure, .cancelled]))
  }

  // MARK: steps

  /// The index of a step that is read.
  private mutating func step(
    _ step: ScannedNames.Step, isCertain: Bool, in text: ExpressionText, _ place: ExpressionPlace
  ) -> Int? {
    guard isCertain else { return stepIndices[step.id] }
    if case .none(let reason) = place.steps {
      nodes.report(reason, at: text.position(of: step.offset))
      return nil
    }
    guard let index = stepIndices[step.id] else {
      let hint = hyphenHint(step.id, "steps", outlines.lazy.map(\.id)) ?? stepHint(step.id)
      nodes.report("unknown step \(quoted(step.id))\(hint)", at: text.position(of: step.offset))
      return nil
    }
    checkField(step, outlines[index], in: text)
    if case .needed(let from) = place.steps {
      references.append(
        StepReference(from: from, to: index, ownKind: place.ownKind, text: text, offset: step.offset))
    }
    return index
  }

  private mutating func checkField(_ step: ScannedNames.Step, _ outline: StepOutline, in text: ExpressionText) {
    guard let field = step.field, let kind = outline.kind else { return }
    let names = ScopeNames.fields(of: kind.rawValue)
    let owner = Self.path("steps", step.id)
    if outline.isList {
      let known = names.contains(field) ? field : names[0]
      nodes.report(
        "\(owner) is a list, as the step has 'foreach'; write \(owner)[1].\(known) for the first of its elements",
        at: text.position(of: step.offset))
    } else if !names.contains(field) {
      let hint = NearMiss.hint(for: field, among: names)
      let choice = names.map { "\(owner).\($0)" }.joined(separator: ", ")
      let rest = hint.isEmpty ? "; a step with 'uses: \(kind.rawValue)' has \(choice)" : hint
      nodes.report("\(owner) has no \(quoted(field))\(rest)", at: text.position(of: step.offset))
    }
  }

  /// How an expression names a member.
  private static func path(_ owner: String, _ name: String) -> String {
    NameRule.variable.admits(name) ? "\(owner).\(name)" : "\(owner)['\(name)']"
  }

  /// For `inputs.max-size`, which Lua reads as a difference; what it takes for a name of its own is not reported as well.
  private mutating func hyphenHint(_ name: String, _ owner: String, _ known: some Sequence<String>) -> String? {
    guard let meant = known.first(where: { $0.hasPrefix(name + "-") }) else { return nil }
    hyphenated.formUnion(meant.dropFirst(name.count).split(separator: "-").map(String.init))
    return "; write \(Self.path(owner, meant)), as - means minus"
  }

  // MARK: other names

  /// Reports names that mean nothing where the expression stands.
  private mutating func checkGlobals(_ names: ScannedNames, in text: ExpressionText, _ place: ExpressionPlace) {
    var seen: Set<String> = []
    for global in names.globals where !nodes.isFull {
      if global.name == "run" { checkField(of: global, among: ScopeNames.run, in: text) }
      if global.name == ScopeNames.secrets {
        checkSecret(at: global.offset, in: text, place)
        continue
      }
      guard seen.insert(global.name).inserted, !ScopeNames.always.contains(global.name),
        !LuaNames.isTaken(global.name), !hyphenated.contains(global.name)
      else { continue }
      if place.names.contains(global.name) {
        if global.name == "response" { checkField(of: global, among: ScopeNames.response, in: text) }
        if place.isDefault {
          let position = text.position(of: global.offset)
          defaults.mentions.append(.init(name: global.name, position: position))
        }
        continue
      }
      nodes.report(unknown(global.name, place), at: text.position(of: global.offset))
    }
  }

  private func unknown(_ name: String, _ place: ExpressionPlace) -> String {
    if name == "env" { return "unknown name 'env'; environment variables reach commands only, not expressions" }
    let own = StepKind.allCases.contains { ScopeNames.ownNames(of: $0.rawValue).contains(name) }
    if own, let kind = place.ownKind {
      let names = ScopeNames.ownNames(of: kind.rawValue).joined(separator: ", ")
      return "\(quoted(name)) is no result of 'uses: \(kind.rawValue)'; its results are \(names)"
    }
    if own {
      return "unknown name \(quoted(name)); a step's own results can be read in 'expect', 'until', 'outputs' and "
        + "'retry.when' only, those of other steps as steps.ID.\(name)"
    }
    let known = ScopeNames.always + place.names + LuaNames.builtIn
    let hint = NearMiss.hint(for: name, among: known)
    return "unknown name \(quoted(name))"
      + (hint.isEmpty ? "; there are \((ScopeNames.always + place.names).joined(separator: ", ")) and functions" : hint)
  }

  private mutating func checkField(
    of owner: ScannedNames.Name, among fields: [String], in text: ExpressionText
  ) {
    let rest = text.source.utf8.dropFirst(owner.offset + owner.name.utf8.count).drop {
      $0 == 0x20 || $0 == 0x0A || $0 == 0x09
    }
    guard rest.first == UInt8(ascii: "."), rest.dropFirst().first != UInt8(ascii: ".") else { return }
    let name = rest.dropFirst().prefix { byte in
      NameRule.variable.admits("_" + String(decoding: [byte], as: UTF8.self))
    }
    guard let field = String(name), !field.isEmpty, !fields.contains(field) else { return }
    let hint = NearMiss.hint(for: field, among: fields)
    let choice = fields.map { "\(owner.name).\($0)" }.joined(separator: ", ")
    nodes.report(
      "\(owner.name) has no \(quoted(field))\(hint.isEmpty ? "; use one of \(choice)" : hint)",
      at: text.position(of: owner.offset))
  }

  // MARK: syntax

  /// Reports what is not Lua: where the source begins, or the line in it.
  mutating func reportSyntax(_ mistake: ExpressionError, in text: ExpressionText, line: Int) {
    let lineBreaks = text.source.utf8.indices.filter { text.source.utf8[$0] == 0x0A }
    // Lua counts one line more when it misses something at the end.
    let number = min(mistake.line - line, lineBreaks.count)
    var offset = 0
    if number > 0 {
      let start = text.source.utf8.index(after: lineBreaks[number - 1])
      offset = text.source.utf8.distance(from: text.source.startIndex, to: start)
      offset += text.source.utf8[start...].prefix { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A }.count
    }
    nodes.report("this is not Lua: \(Self.readable(mistake.message))", at: text.position(of: offset))
  }

  /// Lua's words for what follows a whole expression, and advice for those who write another language.
  private static func readable(_ message: String) -> String {
    let start = "<eof> expected near "
    guard message.hasPrefix(start) else { return message }
    let found = String(message.dropFirst(start.count))
    let advice = [
      "'!'": "; write ~= or not", "'&'": "; write and", "'|'": "; write or", "'='": "; write == to compare",
    ]
    return "unexpected \(found)\(advice[found] ?? "")"
  }
}
