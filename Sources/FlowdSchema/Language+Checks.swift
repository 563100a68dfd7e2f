internal import FlowdModel

extension Language {
  /// Queries whose value says what is looked for; predicates stand beside them.
  package static let queriesWithArgument = ["json", "regex", "header", "cookie"]

  /// Queries whose value is what must hold.
  package static let plainQueries = ["exit", "stdout", "stderr", "body", "duration", "bytes", "status"]

  /// What can be looked at in the result of a kind.
  package static func queries(of kind: StepKind) -> [String] {
    switch kind {
    case .run: ["exit", "stdout", "stderr", "body", "json", "regex", "duration", "bytes"]
    case .http: ["status", "header", "cookie", "body", "json", "regex", "duration", "bytes"]
    case .agent, .script: ["body", "json", "regex", "duration", "bytes"]
    case .input, .wait, .flow: []
    }
  }

  /// An element of `expect`.
  package static let check = SchemaObject(
    "check", place: "a check",
    keys: [
      SchemaKey("exit", held, "The command's exit status."),
      SchemaKey("stdout", held, "What the command printed."),
      SchemaKey("stderr", held, "What the command printed on standard error."),
      SchemaKey(
        "body", held,
        "The result as text: a response's body, a command's standard output, an agent's answer, a script's result as JSON."
      ),
      SchemaKey("duration", held, "Milliseconds the attempt took; a duration such as `2s` may be written instead."),
      SchemaKey("bytes", held, "The length of `body`."),
      SchemaKey(
        "status", held, "The status of an HTTP response; without a check of it, one from 400 on fails the step."),
      SchemaKey("json", .constant, "A JSONPath (RFC 9535) into `body`; predicates stand beside it."),
      SchemaKey(
        "regex", .constant,
        "The first match of a regular expression in `body`, its first group if it has one; predicates stand beside it."),
      SchemaKey("header", .constant, "A header of an HTTP response, its name in any case; predicates stand beside it."),
      SchemaKey("cookie", .constant, "A cookie that an HTTP response sets; predicates stand beside it."),
    ] + predicates.keys,
    exactlyOne: [plainQueries + queriesWithArgument])

  /// What must hold of what was found.
  package static let predicates = SchemaObject(
    "predicates", place: "a mapping of predicates",
    keys: [
      SchemaKey("==", .value, "It equals the value; numbers by their value."),
      SchemaKey("!=", .value, "It does not."),
      SchemaKey("<", .value, "It is less."),
      SchemaKey("<=", .value, "It is not greater."),
      SchemaKey(">", .value, "It is greater."),
      SchemaKey(">=", .value, "It is not less."),
      SchemaKey("exists", .boolean, "`true`: something was found; `false`: nothing was."),
      SchemaKey("contains", .value, "The text holds it; the list has it as an element; the mapping has these members."),
      SchemaKey("startsWith", .template, "The text begins with it."),
      SchemaKey("endsWith", .template, "The text ends with it."),
      SchemaKey("matches", .template, "The text has a match of the regular expression."),
      SchemaKey(
        "count", .either([.plainValue, .object(comparison)]),
        "How many there are; a number or comparisons."),
      SchemaKey("isEmpty", .boolean, "The text, list or mapping is empty; `false`: it is not."),
      SchemaKey("type", .words(types), "What kind of JSON value it is."),
      SchemaKey("not", .boolean, "`true`: the one predicate beside it must not hold.", standard: "`false`"),
    ])

  /// The comparisons of `count`.
  package static let comparison = SchemaObject(
    "count", place: "'count'",
    keys: ["==", "!=", "<", "<=", ">", ">="].map { SchemaKey($0, .value, "Compared with it.") })

  /// The values of the predicate `type`.
  package static let types = ["string", "number", "integer", "boolean", "null", "array", "object"]

  private static let held = SchemaType.either([.plainValue, .object(predicates)])
}
