/// What may stand at a place of the language.
package indirect enum SchemaType: Sendable {
  /// Text in which `${{ }}` has no meaning.
  case text
  /// Text that may not hold `${{ }}`.
  case constant
  /// Text with `${{ }}`.
  case template
  /// Any value; texts in it may hold `${{ }}`.
  case value
  /// Any value but a mapping; texts in it may hold `${{ }}`.
  case plainValue
  /// Any value, as it is.
  case json
  /// With or without `${{ }}` around it.
  case expression
  case boolean
  case integer(ClosedRange<Int>)
  case number(ClosedRange<Double>)
  case duration
  /// A duration, or text with `${{ }}` that becomes one.
  case durationTemplate
  /// A number of bytes, alone or with a unit.
  case size(ClosedRange<Int>)
  /// Such as `10.0.0.0/8`.
  case networkRule
  case words([String])
  /// Of a step or an input.
  case identifier
  /// Of a variable in an expression.
  case variable
  case list(of: SchemaType, max: Int, min: Int = 0)
  /// A mapping whose keys are the author's.
  case map(of: SchemaType, names: SchemaNames, max: Int)
  case object(SchemaObject)
  /// The mapping that belongs to the step's `uses`.
  case with
  case either([SchemaType])
}

/// What keys of the author's look like.
package enum SchemaNames: Sendable {
  case identifiers, variables
  /// Names of HTTP headers.
  case headers
  case any
}
