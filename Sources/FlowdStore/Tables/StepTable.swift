internal import FlowdModel

/// Table `step`.
enum StepTable {
  static let upsert = """
    INSERT INTO step (run, step, status, attempt, started_at, finished_at, exit_code, error_class, error, parent, item,
      retries, first_started_at, wake_at, child_count, first_child, question, child_run, checksum)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (run, step) DO UPDATE SET status = excluded.status, attempt = excluded.attempt,
        started_at = excluded.started_at, finished_at = excluded.finished_at, exit_code = excluded.exit_code,
        error_class = excluded.error_class, error = excluded.error, parent = excluded.parent, item = excluded.item,
        retries = excluded.retries, first_started_at = excluded.first_started_at, wake_at = excluded.wake_at,
        child_count = excluded.child_count, first_child = excluded.first_child, question = excluded.question,
        child_run = excluded.child_run, checksum = excluded.checksum
    """
  /// As they are bound, then the checksum.
  static let columns = """
    t.run, t.step, t.status, t.attempt, t.started_at, t.finished_at, t.exit_code, t.error_class, t.error, t.parent,
    t.item, t.retries, t.first_started_at, t.wake_at, t.child_count, t.first_child, t.question, t.child_run,
    t.checksum
    """

  static func bind(_ row: StoreBatch.StepRow, to statement: Statement) -> Statement {
    let step = row.step
    statement.bind(row.run).bind(step.index).bind(step.status.rawValue).bind(step.attempt).bind(step.startedAt)
      .bind(step.finishedAt).bind(step.exitCode.map(Int64.init)).bind(step.error?.errorClass.rawValue)
      .bind(step.error?.message ?? "").bind(step.parent).bind(step.item).bind(step.retries)
      .bind(step.firstStartedAt).bind(step.wakeAt).bind(step.childCount).bind(step.firstChild)
    let question = step.question.map { JSONWriter.bytes(of: $0.json, .compact) }
    return statement.bind(text: question).bind(step.childRun?.uuid).bindChecksum()
  }

  /// Reads `columns` from column 0 on.
  static func record(_ row: Statement) throws(StoreError) -> StepRecord {
    try row.verify(columns: 18, of: "step", key: 0...1)
    return StepRecord(
      index: row.int(1), parent: row.optionalInt(9), item: row.optionalInt(10),
      status: StepStatus(rawValue: row.int(2)) ?? .failed, attempt: row.int(3), retries: row.int(11),
      firstStartedAt: row.optionalTimestamp(12), startedAt: row.optionalTimestamp(4),
      finishedAt: row.optionalTimestamp(5), wakeAt: row.optionalTimestamp(13),
      exitCode: row.isNull(6) ? nil : Int32(truncatingIfNeeded: row.int64(6)),
      error: StepError.Class(rawValue: row.int(7)).map { StepError($0, row.text(8)) },
      childCount: row.optionalInt(14), firstChild: row.optionalInt(15), question: try question(row),
      childRun: row.isNull(17) ? nil : RunID(row.uuid(17)))
  }

  private static func question(_ row: Statement) throws(StoreError) -> PendingQuestion? {
    if row.isNull(16) { return nil }
    guard let json = try? JSONValue(parsingStored: row.bytes(16)), let question = PendingQuestion(json: json) else {
      throw StoreError(
        kind: .corrupt, message: "the question of step \(row.int(1)) of run \(row.int64(0)) cannot be read")
    }
    return question
  }
}
