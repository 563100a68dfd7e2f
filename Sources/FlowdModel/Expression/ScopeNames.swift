/// The names that expressions may read, in one place for those who check them and those who give them values.
package enum ScopeNames {
  /// Everywhere.
  package static let always = ["inputs", "steps", "run"]

  /// Of `run`.
  package static let run = ["id", "flow", "provider", "model", "cwd", "session", "mode"]

  /// Of `response`, in an `http` step and as `steps.ID.response`.
  package static let response = [
    "status", "headers", "json", "text", "bytes", "duration", "timings", "url", "redirects", "cookies", "file",
    "truncated",
  ]

  /// What `secrets.NAME` begins with, where it may stand.
  package static let secrets = "secrets"

  /// In a step with `foreach`, beside the `as` name: the element's place in the list, from 1.
  package static let index = "index"

  /// Of an element of a `foreach` step, beside the fields of its kind: what the list held there.
  package static let item = "item"

  /// Names that `as` may not take, beside those of functions.
  package static let reserved = always + ["env", "secrets", "response", "index"]

  /// Of `steps.ID`, by the `uses` value.
  package static func fields(of kind: String) -> [String] {
    let common = ["status", "error", "attempt", "outputs"]
    switch kind {
    case "run": return common + ["stdout", "stderr", "exit", "truncated"]
    case "http": return common + ["response"]
    case "agent": return common + ["text", "result", "model", "provider", "usage", "partial"]
    case "script": return common + ["result"]
    case "input": return common + ["result", "value"]
    case "flow": return common + ["report", "run_id"]
    default: return common
    }
  }

  /// What a step calls its own results in `expect`, `until`, `outputs` and `retry.when`, by the `uses` value.
  package static func ownNames(of kind: String) -> [String] {
    switch kind {
    case "run": ["stdout", "stderr", "exit", "truncated", "error", "attempt"]
    case "http": ["response", "error", "attempt"]
    case "agent": ["text", "result", "error", "attempt"]
    case "script": ["result", "error", "attempt"]
    case "input": ["result", "value", "error", "attempt"]
    case "flow": ["outputs", "report", "status", "error", "attempt"]
    default: []
    }
  }
}
