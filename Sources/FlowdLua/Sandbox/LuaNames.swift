/// The global names that every expression and script has.
package enum LuaNames {
  /// Functions, libraries and `null`; `steps` and the scope's names come on top.
  package static let builtIn = [
    "always", "assert", "base64", "base64decode", "cancelled", "default", "error", "failure", "filter", "format",
    "ipairs", "join", "json", "keys", "len", "map", "match", "math", "now", "null", "pairs", "pcall", "select",
    "sha256", "split", "string", "success", "table", "tonumber", "tostring", "type", "utf8",
  ]

  /// Whether a name means something in every expression, whatever its scope has.
  package static func isTaken(_ name: String) -> Bool { name == "_ENV" || taken.contains(name) }

  private static let taken = Set(builtIn)

  /// The words of the language, which are no names.
  package static let keywords: Set<String> = [
    "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in", "local", "nil",
    "not", "or", "repeat", "return", "then", "true", "until", "while",
  ]
}
