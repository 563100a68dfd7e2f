/// One attempt of a `script` step, ready to be executed: every value it may read is in it.
package struct ScriptRequest: Equatable, Sendable {
  package var attempt: AttemptID
  /// A Lua 5.4 chunk; what it returns is the step's result.
  package var source: String
  /// Of the source's first line in the flow file, from 1; 0 when it is not known.
  package var firstLine: Int
  /// Global names beside `steps`: `inputs`, `run`, the `as` name of a `foreach`, ….
  package var values: [JSONValue.Member]
  /// `steps.ID`: an object of the step's fields, or an array of such objects for a `foreach`.
  package var steps: [JSONValue.Member]
  /// What `now()` gives.
  package var now: Timestamp

  package init(
    attempt: AttemptID, source: String, firstLine: Int = 0, values: [JSONValue.Member] = [],
    steps: [JSONValue.Member] = [], now: Timestamp
  ) {
    self.attempt = attempt
    self.source = source
    self.firstLine = firstLine
    self.values = values
    self.steps = steps
    self.now = now
  }
}
