/// Compares JSON values with a JSON Schema: the part that draft-07 and 2020-12 have in common, with the words of either
/// where they differ (`definitions` and `$defs`, `items` as a list and `prefixItems`, `dependencies` and its successors).
///
/// Numbers are compared by value, texts by their characters, objects whatever the order of their members. Lengths count
/// Unicode scalars. `format` and what only describes is not looked at. What `unsupported` names is not looked at either,
/// so a schema is asked about before it is used.
package struct JSONSchemaValidator: Sendable {
  /// Where a value does not fit.
  package struct Mistake: Equatable, Sendable, CustomStringConvertible {
    /// Such as `$.findings[2].severity`.
    package var path: String
    /// Such as `expected one of "low", "high"; found "urgent"`.
    package var message: String

    package var description: String { "\(path): \(message)" }
  }

  private let schema: JSONValue
  private let stepsMax: Int

  /// - Parameter stepsMax: What one comparison may take.
  package init(_ schema: JSONValue, stepsMax: Int = Limits.schemaStepsMax) {
    self.schema = schema
    self.stepsMax = stepsMax
  }

  /// What does not fit, in the order of the schema's keywords; at most `Limits.schemaMistakesMax`.
  ///
  /// Takes a bounded amount of work: a value that needs more is itself a mistake.
  package func mistakes(in value: JSONValue) -> [Mistake] {
    var run = SchemaRun(root: schema, stepsMax: stepsMax)
    var mistakes: [Mistake] = []
    run.check(value, schema, at: "$", &mistakes)
    if run.hasGivenUp {
      let message = "comparing it with the schema takes more than \(stepsMax) steps"
      return [Mistake(path: "$", message: message)]
    }
    return Array(mistakes.prefix(Limits.schemaMistakesMax))
  }

  /// What of a schema would be wrong or left out of account, each with its place, such as `$.properties.id.pattern: …`.
  package static func unsupported(in schema: JSONValue) -> [String] {
    var survey = SchemaSurvey(root: schema)
    survey.look(at: schema, "$", depth: 0)
    return Array(survey.findings.prefix(Limits.schemaMistakesMax))
  }
}
