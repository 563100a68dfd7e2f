/// One attempt of a `script` step, ready to be executed: with everything that it may read, or where that is stored.
package struct ScriptRequest: Equatable, Sendable {
  package var attempt: AttemptID
  package var source: String
  /// The line of the flow file on which its first line stands, from 1; 0 when it is not known.
  package var firstLine: Int
  /// Global names and their values: `inputs`, `run`, the `as` name of a `foreach`.
  package var values: [JSONValue.Member]
  /// `steps.ID`.
  package var steps: [ReadableStep]
  /// What `now()` gives.
  package var now: Timestamp
  package var progress: RunProgress
  package var timeout: Duration?

  package init(
    attempt: AttemptID, source: String, firstLine: Int, values: [JSONValue.Member], steps: [ReadableStep],
    now: Timestamp, progress: RunProgress = .good, timeout: Duration? = nil
  ) {
    self.attempt = attempt
    self.source = source
    self.firstLine = firstLine
    self.values = values
    self.steps = steps
    self.now = now
    self.progress = progress
    self.timeout = timeout
  }
}
