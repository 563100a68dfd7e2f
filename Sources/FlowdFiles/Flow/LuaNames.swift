/// The global names of Lua that expressions and scripts find.
enum LuaNames {
  static let keywords = [
    "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in", "local", "nil",
    "not",
    "or", "repeat", "return", "then", "true", "until", "while",
  ]

  /// Of the flow language.
  static let functions = ["always", "success", "failure", "cancelled", "default", "now", "map", "filter"]

  static let all = Set(functions + library)

  private static let library = [
    "assert", "error", "ipairs", "next", "pairs", "pcall", "select", "tonumber", "tostring", "type", "xpcall", "_ENV",
    "_G", "math", "string", "table", "utf8", "json",
  ]
}
