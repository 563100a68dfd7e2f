internal import FlowdModel

/// Table `step_output`.
enum OutputTable {
  static let upsert = """
    INSERT INTO step_output (stdout, stderr, truncated, details, checksum, run, step) VALUES (?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (run, step) DO UPDATE SET stdout = excluded.stdout, stderr = excluded.stderr,
        truncated = excluded.truncated, details = excluded.details, checksum = excluded.checksum
    """
  static let select = """
    SELECT stdout, stderr, truncated, details, checksum, run, step FROM step_output WHERE run = ? AND step = ?
    """
  /// The first parameter goes into the checksum by an exclusive or, which SQLite does not have.
  static let copy = """
    INSERT OR IGNORE INTO step_output (stdout, stderr, truncated, details, checksum, run, step)
      SELECT stdout, stderr, truncated, details, (checksum | ?1) - (checksum & ?1), ?2, ?3 FROM step_output
        WHERE run = ?4 AND step = ?5
    """
  /// Without reading the blobs: the length of one stands at the beginning of its row.
  static let selectSize = """
    SELECT length(stdout) + length(stderr) + ifnull(length(details), 0) FROM step_output WHERE run = ? AND step = ?
    """

  static func bind(_ row: StoreBatch.OutputRow, to statement: Statement) -> Statement {
    let truncated = (row.output.stdoutTruncated ? 1 : 0) | (row.output.stderrTruncated ? 2 : 0)
    let details =
      row.output.details == StepDetails() ? nil : JSONWriter.bytes(of: row.output.details.json, .compact)
    return statement.bind(row.output.stdout).bind(row.output.stderr).bind(truncated).bind(details)
      .bindChecksum(with: keySum(row.run, row.step)).bind(row.run).bind(row.step)
  }

  static func bind(_ copy: OutputCopy, to statement: Statement) -> Statement {
    statement.bind(keySum(copy.from, copy.fromStep) ^ keySum(copy.to, copy.toStep)).bind(copy.to).bind(copy.toStep)
      .bind(copy.from).bind(copy.fromStep)
  }

  /// Of the key alone, so that a copy under another key needs no look at what is copied, and damage stays damage.
  private static func keySum(_ run: Int64, _ step: Int) -> Int64 {
    var checksum = RowChecksum()
    checksum.add(run)
    checksum.add(Int64(step))
    return checksum.value
  }

  /// Reads what `select` gives.
  static func output(_ row: Statement) throws(StoreError) -> StepOutput {
    try row.verify(columns: 4, of: "step_output", key: 5...6, with: keySum(row.int64(5), row.int(6)))
    var output = StepOutput(
      stdout: row.bytes(0), stderr: row.bytes(1), stdoutTruncated: row.int(2) & 1 != 0,
      stderrTruncated: row.int(2) & 2 != 0)
    if row.isNull(3) { return output }
    guard let json = try? JSONValue(parsingStored: row.bytes(3)) else {
      throw StoreError(
        kind: .corrupt, message: "the output of step \(row.int(6)) of run \(row.int64(5)) cannot be read")
    }
    output.details = StepDetails(json: json)
    return output
  }
}
