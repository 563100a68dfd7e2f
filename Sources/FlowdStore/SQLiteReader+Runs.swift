package import FlowdModel

extension SQLiteReader {
  package func circuitHolds() throws(StoreError) -> [(name: String, hold: CircuitHold)] {
    try connection.statement(HoldTable.select).rows(HoldTable.hold)
  }

  private static let select = "SELECT \(RunTable.columns) FROM run r JOIN session s ON s.key = r.session WHERE"
  private static let isKept = "r.session NOT IN (SELECT key FROM doomed_session)"

  package func run(_ id: RunID) throws(StoreError) -> RunRecord? {
    try connection.statement("\(SQLiteReader.select) r.id = ? AND \(SQLiteReader.isKept)").bind(id.uuid)
      .first(RunTable.record)
  }

  package func run(session: Int64, requestID: String) throws(StoreError) -> RunRecord? {
    try connection.statement("\(SQLiteReader.select) r.session = ? AND r.request_id = ?").bind(session).bind(requestID)
      .first(RunTable.record)
  }

  package func finishedAt(of run: Int64) throws(StoreError) -> Timestamp? {
    try connection.statement("SELECT finished_at FROM run WHERE key = ?").bind(run).first { $0.optionalTimestamp(0) }
      ?? nil
  }

  package func unfinishedRuns(of session: Int64) throws(StoreError) -> [RunRecord] {
    try connection.statement("\(SQLiteReader.select) r.session = ? AND r.finished_at IS NULL ORDER BY r.key")
      .bind(session).rows(RunTable.record)
  }

  package func resumableRuns(of session: Int64) throws(StoreError) -> [ResumableRun] {
    var runs = try unfinishedRuns(of: session).map { ResumableRun(record: $0) }
    let places = Dictionary(uniqueKeysWithValues: runs.enumerated().map { ($1.record.key, $0) })
    try connection.statement(
      """
      SELECT \(EnvironmentTable.columns) FROM run r CROSS JOIN run_environment e ON e.run = r.key
        WHERE r.session = ? AND r.finished_at IS NULL
      """
    ).bind(session).forEachRow { row throws(StoreError) in
      if let place = places[row.int64(0)] { runs[place].environment = try EnvironmentTable.entries(row) }
      return true
    }
    try connection.statement(
      """
      SELECT \(StepTable.columns) FROM run r CROSS JOIN step t ON t.run = r.key
        WHERE r.session = ? AND r.finished_at IS NULL ORDER BY r.key, t.step
      """
    ).bind(session).forEachRow { row throws(StoreError) in
      if let place = places[row.int64(0)] { runs[place].steps.append(try StepTable.record(row)) }
      return true
    }
    return runs
  }

  package func childRuns(of run: Int64) throws(StoreError) -> [RunRecord] {
    try connection.statement("\(SQLiteReader.select) r.parent = ? ORDER BY r.key").bind(run).rows(RunTable.record)
  }

  package func unfinishedRuns(below run: Int64) throws(StoreError) -> [Int64] {
    try connection.statement(
      """
      \(RunTable.withTree) SELECT r.key FROM tree t CROSS JOIN run r ON r.key = t.key
        WHERE r.finished_at IS NULL AND r.key != ?
      """
    ).bind(run).bind(run).rows { $0.int64(0) }
  }

  package func runs(_ filter: RunFilter, before: Int64?, limit: Int) throws(StoreError) -> [RunRecord] {
    var conditions = ["r.key < ?", SQLiteReader.isKept]
    if filter.session != nil { conditions.append("s.id = ?") }
    if filter.workspace != nil { conditions.append("s.workspace = ?") }
    if filter.flowID != nil { conditions.append("r.flow_id = ?") }
    if !filter.statuses.isEmpty {
      conditions.append("r.status IN (\(filter.statuses.map { String($0.rawValue) }.joined(separator: ", ")))")
    }
    let sql = "\(SQLiteReader.select) \(conditions.joined(separator: " AND ")) ORDER BY r.key DESC LIMIT ?"
    let statement = try connection.statement(sql).bind(before ?? Int64.max)
    if let session = filter.session { statement.bind(session.uuid) }
    if let workspace = filter.workspace { statement.bind(workspace) }
    if let flow = filter.flowID { statement.bind(flow) }
    return try statement.bind(limit).rows(RunTable.outline)
  }

  package func environment(of run: Int64) throws(StoreError) -> [String] {
    try connection.statement("SELECT \(EnvironmentTable.columns) FROM run_environment e WHERE e.run = ?").bind(run)
      .first(EnvironmentTable.entries) ?? []
  }

  // MARK: steps

  package func steps(of run: Int64) throws(StoreError) -> [StepRecord] {
    try connection.statement("SELECT \(StepTable.columns) FROM step t WHERE t.run = ? ORDER BY t.step").bind(run)
      .rows(StepTable.record)
  }

  package func output(of run: Int64, step: Int) throws(StoreError) -> StepOutput? {
    try connection.statement(OutputTable.select).bind(run).bind(step).first(OutputTable.output)
  }

  package func outputSize(of run: Int64, step: Int) throws(StoreError) -> Int? {
    try connection.statement(OutputTable.selectSize).bind(run).bind(step).first { $0.int(0) }
  }
}
