internal import FlowdModel

/// Table `step_output`.
enum OutputTable {
  static let upsert = """
    INSERT INTO step_output (run, step, stdout, stderr, truncated, details, checksum) VALUES (?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (run, step) DO UPDATE SET stdout = excluded.stdout, stderr = excluded.stderr,
        truncated = excluded.truncated, details = excluded.details, checksum = excluded.checksum
    """
  static let select = """
    SELECT run, step, stdout, stderr, truncated, details, checksum FROM step_output WHERE run = ? AND step = ?
    """
  /// The copy has no checksum: that of the original holds its key.
  static let copy = """
    INSERT INTO step_output (run, step, stdout, stderr, truncated, details)
      SELECT ?, ?, stdout, stderr, truncated, details FROM step_output WHERE run = ? AND step = ?
    """
  /// Without reading the blobs: the length of one stands at the beginning of its row.
  static let selectSize = """
    SELECT length(stdout) + length(stderr) + ifnull(length(details), 0) FROM step_output WHERE run = ? AND step = ?
    """

  static func bind(_ row: StoreBatch.OutputRow, to statement: Statement) -> Statement {
    let truncated = (row.output.stdoutTruncated ? 1 : 0) | (row.output.stderrTruncated ? 2 : 0)
    let details =
      row.output.details == StepDetails() ? nil : JSONWriter.bytes(of: row.output.details.json, .compact)
    return statement.bind(row.run).bind(row.step).bind(row.output.stdout).bind(row.output.stderr).bind(truncated)
      .bind(details).bindChecksum()
  }

  /// Reads what `select` gives.
  static func output(_ row: Statement) throws(StoreError) -> StepOutput {
    try row.verify(columns: 6, of: "step_output", key: 0...1)
    var output = StepOutput(
      stdout: row.bytes(2), stderr: row.bytes(3), stdoutTruncated: row.int(4) & 1 != 0,
      stderrTruncated: row.int(4) & 2 != 0)
    if row.isNull(5) { return output }
    guard let json = try? JSONValue(parsingStored: row.bytes(5)) else {
      throw StoreError(
        kind: .corrupt, message: "the output of step \(row.int(1)) of run \(row.int64(0)) cannot be read")
    }
    output.details = StepDetails(json: json)
    return output
  }
}
