/// The global names that every expression and script has.
package enum LuaNames {
  /// Functions, libraries and `null`; `steps` and the scope's names come on top.
  package static let builtIn = [
    "always", "assert", "base64", "base64decode", "cancelled", "default", "error", "failure", "filter", "format",
    "ipairs", "join", "json", "keys", "len", "map", "match", "math", "now", "null", "pairs", "pcall", "select",
    "sha256", "split", "string", "success", "table", "tonumber", "tostring", "type", "utf8",
  ]
}
