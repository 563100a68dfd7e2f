/// What an expression can read: the values of one step of one run at one moment.
///
/// Values are asked for when an expression reads them, so that a large one costs nothing until it is used.
package protocol ExpressionScope: AnyObject {
  /// The names beside `steps` and the functions: `inputs`, `run`, `env`, `response`, the `as` name of a `foreach`, ….
  var names: [String] { get }
  /// The value of one of `names`; `nil`: it has none now.
  func value(of name: String) throws(ExpressionError) -> JSONValue?

  /// Ids of the run's steps, for hints.
  var stepIDs: [String] { get }
  /// What `steps.ID` is; `nil`: there is no such step.
  func shape(of step: String) -> StepShape?
  /// A field of `steps.ID` (`child` is `nil`) or of `steps.ID[child + 1]`; `nil`: steps of this kind have no such field.
  func field(_ name: String, of step: String, child: Int?) throws(ExpressionError) -> JSONValue?

  /// The fields of `steps.ID` or, for a list, of its elements, in the order in which a whole step is written out.
  func fieldNames(of step: String) -> [String]

  /// What `now()` gives: the time of the decision.
  var now: Timestamp { get }
  /// What `success()`, `failure()` and `cancelled()` go by.
  var progress: RunProgress { get }
}

/// Whether `steps.ID` is one step or the list of a `foreach`.
package enum StepShape: Equatable, Sendable {
  case single
  case list(count: Int)
}

/// How a run goes, as its steps' conditions see it.
package enum RunProgress: Equatable, Sendable {
  case good, failed, cancelled
}

/// Why an expression or a script gave no value.
package struct ExpressionError: Error, Equatable, Sendable {
  package enum Kind: Equatable, Sendable {
    /// It is not Lua.
    case syntax
    /// It failed while it ran.
    case failed
    /// It used up its instructions, its memory or its time.
    case exhausted
    /// A value it reads is in the store and has to be loaded first; the step's index. Evaluate again then.
    case needsOutput(step: Int)
  }

  package var kind: Kind
  /// One sentence; without the place.
  package var message: String
  /// In the flow file, from 1; 0 when it is not known.
  package var line: Int

  package init(_ kind: Kind, _ message: String, line: Int = 0) {
    self.kind = kind
    self.message = message
    self.line = line
  }
}

/// Evaluates expressions. Pure: the same expression and values give the same result, always.
package protocol ExpressionEvaluator: AnyObject {
  /// - Returns: The value; `nil` when it is Lua's `nil`: a name without a value was read.
  func evaluate(_ expression: Expression, in scope: any ExpressionScope) throws(ExpressionError) -> JSONValue?
}
