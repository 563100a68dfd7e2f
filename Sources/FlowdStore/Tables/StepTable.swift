internal import FlowdModel

/// Tables `step` and `step_output`.
enum StepTable {
  static let upsert = """
    INSERT INTO step (run, step, status, attempt, started_at, finished_at, exit_code, error_class, error)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (run, step) DO UPDATE SET status = excluded.status, attempt = excluded.attempt,
        started_at = excluded.started_at, finished_at = excluded.finished_at, exit_code = excluded.exit_code,
        error_class = excluded.error_class, error = excluded.error
    """
  static let upsertOutput = """
    INSERT INTO step_output (run, step, stdout, stderr, truncated) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (run, step) DO UPDATE SET stdout = excluded.stdout, stderr = excluded.stderr,
        truncated = excluded.truncated
    """
  static let columns = "step, status, attempt, started_at, finished_at, exit_code, error_class, error"

  static func bind(_ row: StoreBatch.StepRow, to statement: Statement) -> Statement {
    statement.bind(row.run).bind(row.step.index).bind(row.step.status.rawValue).bind(row.step.attempt)
      .bind(row.step.startedAt).bind(row.step.finishedAt).bind(row.step.exitCode.map(Int64.init))
      .bind(row.step.error.map { Int64($0.errorClass.rawValue) }).bind(row.step.error?.message ?? "")
  }

  static func bind(_ row: StoreBatch.OutputRow, to statement: Statement) -> Statement {
    let truncated = (row.output.stdoutTruncated ? 1 : 0) | (row.output.stderrTruncated ? 2 : 0)
    return statement.bind(row.run).bind(row.step).bind(row.output.stdout).bind(row.output.stderr).bind(truncated)
  }

  /// Reads `columns` from column 0 on.
  static func record(_ row: Statement) -> StepRecord {
    StepRecord(
      index: row.int(0), status: StepStatus(rawValue: row.int(1)) ?? .failed, attempt: row.int(2),
      startedAt: row.optionalTimestamp(3), finishedAt: row.optionalTimestamp(4),
      exitCode: row.isNull(5) ? nil : Int32(truncatingIfNeeded: row.int64(5)),
      error: StepError.Class(rawValue: row.int(6)).map { StepError($0, row.text(7)) })
  }
}
