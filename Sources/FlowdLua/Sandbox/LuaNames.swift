/// The global names that every expression and script has.
package enum LuaNames {
  /// Functions, libraries and `null`; `steps` and the scope's names come on top.
  package static let builtIn = [
    "always", "assert", "base64", "base64decode", "cancelled", "default", "error", "failure", "filter", "format",
    "ipairs", "join", "json", "keys", "len", "map", "match", "math", "now", "null", "pairs", "pcall", "select",
    "sha256", "split", "string", "success", "table", "tonumber", "tostring", "type", "utf8",
  ]

  /// Whether a flow may give a value this name, as `foreach` does with `as`: it is a name in Lua and has no other meaning.
  package static func isFree(_ name: String) -> Bool {
    var lexer = LuaLexer(Array(name.utf8))
    guard let token = lexer.next(), token.kind == .name(name), lexer.next() == nil else { return false }
    return !keywords.contains(name) && !builtIn.contains(name) && !["steps", "_ENV"].contains(name)
  }

  static let keywords: Set<String> = [
    "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in", "local", "nil",
    "not", "or", "repeat", "return", "then", "true", "until", "while",
  ]
}
