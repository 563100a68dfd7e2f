internal import FlowdLua

/// The words of Lua, and the names it has everywhere.
enum ExpressionWords {
  static let keywords = [
    "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in", "local", "nil",
    "not",
    "or", "repeat", "return", "then", "true", "until", "while",
  ]

  static let builtIn = Set(LuaNames.builtIn + ["_ENV"])
}
