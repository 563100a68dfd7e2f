/// Finds what an expression or a script mentions. A name that is also declared in the source, as a local or a
/// parameter, counts as read where it may be the global one.
package enum ExpressionScan {
  /// What Lua source mentions; of source that is not Lua, what can be told.
  package static func scan(_ source: String) -> ScannedNames {
    var lexer = LuaLexer(Array(source.utf8))
    var tokens: [LuaLexer.Token] = []
    while let token = lexer.next() { tokens.append(token) }
    var scan = TokenScan(tokens: tokens)
    scan.run()
    return scan.found
  }

  /// Where the `}}` begins that closes a `${{`; `nil` when none does.
  ///
  /// It is the first `}}` that stands in no string, in no long comment and in no table.
  ///
  /// - Parameter start: The offset after `${{`.
  package static func endOfExpression(in bytes: [UInt8], from start: Int) -> Int? {
    var lexer = LuaLexer(bytes, from: start, commentsEndAtBraces: true)
    var depth = 0
    while let token = lexer.next() {
      guard case .symbol(let symbol) = token.kind else { continue }
      if symbol == "{" { depth += 1 }
      if symbol == "}" {
        let next = token.offset + 1
        if depth == 0, next < bytes.count, bytes[next] == UInt8(ascii: "}") { return token.offset }
        depth = max(0, depth - 1)
      }
    }
    return nil
  }
}

/// Walks over the tokens of one source.
private struct TokenScan {
  let tokens: [LuaLexer.Token]
  var found = ScannedNames()
  /// Names that the source declares itself.
  private var declared: Set<String> = []
  /// The open brackets around the token at hand.
  private var brackets: [String] = []

  init(tokens: [LuaLexer.Token]) { self.tokens = tokens }

  mutating func run() {
    findDeclarations()
    for index in tokens.indices {
      switch tokens[index].kind {
      case .symbol(let symbol):
        if ["(", "[", "{"].contains(symbol) { brackets.append(symbol) }
        if [")", "]", "}"].contains(symbol), !brackets.isEmpty { brackets.removeLast() }
      case .name(let name):
        if isVariable(at: index, name) { variable(name, at: index) }
      case .string, .otherString, .number:
        break
      }
    }
  }

  private mutating func variable(_ name: String, at index: Int) {
    let offset = tokens[index].offset
    switch name {
    case "steps":
      if let (id, next) = key(after: index) {
        found.steps.append(.init(id: id, field: key(after: next)?.name, offset: offset))
      } else if !isDeclaration(at: index) {
        found.readsAnyStep = true
      }
    case "inputs":
      if let (input, _) = key(after: index) {
        found.inputs.append(.init(name: input, offset: offset))
      } else if !isDeclaration(at: index) {
        found.readsAnyInput = true
      }
    case "_ENV", "_G":
      found.readsAnyStep = true
      found.readsAnyInput = true
    default:
      if symbol(at: index + 1) == "(", let function = ScannedNames.StatusFunction(rawValue: name) {
        found.statusFunctions.insert(function)
      }
    }
    if !declared.contains(name) { found.globals.append(.init(name: name, offset: offset)) }
  }

  /// The constant name of a field that is read of what ends at a token, and the index of its last token.
  private func key(after index: Int) -> (name: String, last: Int)? {
    switch symbol(at: index + 1) {
    case ".":
      guard case .name(let name) = kind(at: index + 2) else { return nil }
      return (name, index + 2)
    case "[":
      guard case .string(let name) = kind(at: index + 2), symbol(at: index + 3) == "]" else { return nil }
      return (name, index + 3)
    default:
      return nil
    }
  }

  /// Neither a keyword, a field, a label nor the name in `{ name = value }`.
  private func isVariable(at index: Int, _ name: String) -> Bool {
    guard !LuaNames.keywords.contains(name) else { return false }
    let before = symbol(at: index - 1)
    if [".", ":", "::"].contains(before) || kind(at: index - 1) == .name("goto") { return false }
    // `local x <const>`
    if before == "<", symbol(at: index + 1) == ">", ["const", "close"].contains(name) { return false }
    let isKey = brackets.last == "{" && ["{", ",", ";"].contains(before) && symbol(at: index + 1) == "="
    return !isKey
  }

  private func isDeclaration(at index: Int) -> Bool { declarations.contains(index) }
  private var declarations: Set<Int> = []

  /// The names after `local` and `for`, and of parameters.
  private mutating func findDeclarations() {
    for index in tokens.indices {
      switch kind(at: index) {
      case .name("local"):
        declareNames(from: kind(at: index + 1) == .name("function") ? index + 2 : index + 1)
      case .name("for"):
        declareNames(from: index + 1)
      case .name("function"):
        var cursor = index + 1
        while let kind = kind(at: cursor), kind != .symbol("("), cursor < index + 8 { cursor += 1 }
        if symbol(at: cursor) == "(" { declareNames(from: cursor + 1) }
      default:
        break
      }
    }
  }

  private mutating func declareNames(from start: Int) {
    var cursor = start
    while case .name(let name) = kind(at: cursor), !LuaNames.keywords.contains(name) {
      declared.insert(name)
      declarations.insert(cursor)
      cursor += 1
      if symbol(at: cursor) == "<" { cursor += 3 }
      guard symbol(at: cursor) == "," else { return }
      cursor += 1
    }
  }

  private func kind(at index: Int) -> LuaLexer.Token.Kind? {
    tokens.indices.contains(index) ? tokens[index].kind : nil
  }

  private func symbol(at index: Int) -> String? {
    guard case .symbol(let text) = kind(at: index) else { return nil }
    return text
  }
}
