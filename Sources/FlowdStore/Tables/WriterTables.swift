internal import CSQLite
internal import FlowdModel

/// The statements of the writer, prepared once.
final class WriterTables {
  let connection: Connection
  private let begin: Statement
  private let commit: Statement
  private let rollback: Statement
  let insertSession: Statement
  let updateSession: Statement
  let upsertSelection: Statement
  let insertDefinition: Statement
  let insertRun: Statement
  let insertSubflowUse: Statement
  let updateRun: Statement
  let insertEnvironment: Statement
  let deleteEnvironment: Statement
  let upsertStep: Statement
  let upsertOutput: Statement
  let copyOutput: Statement
  let insertEvent: Statement
  private let upsertHold: Statement
  private let deleteHold: Statement
  /// Written by SQLite's hook inside a commit; read at any time by another thread.
  private let logPages = Locked<Int32>(0)

  init(_ connection: Connection) throws(StoreError) {
    self.connection = connection
    func prepare(_ sql: String) throws(StoreError) -> Statement { try Statement(sql, on: connection) }
    begin = try prepare("BEGIN IMMEDIATE")
    commit = try prepare("COMMIT")
    rollback = try prepare("ROLLBACK")
    insertSession = try prepare(SessionTable.insert)
    updateSession = try prepare(SessionTable.update)
    upsertSelection = try prepare(SessionTable.upsertSelection)
    insertDefinition = try prepare(DefinitionTable.insert)
    insertRun = try prepare(RunTable.insert)
    insertSubflowUse = try prepare(RunTable.insertSubflowUse)
    updateRun = try prepare(RunTable.update)
    insertEnvironment = try prepare(EnvironmentTable.insert)
    deleteEnvironment = try prepare(EnvironmentTable.delete)
    upsertStep = try prepare(StepTable.upsert)
    upsertOutput = try prepare(OutputTable.upsert)
    copyOutput = try prepare(OutputTable.copy)
    insertEvent = try prepare(EventTable.insert)
    upsertHold = try prepare(HoldTable.upsert)
    deleteHold = try prepare(HoldTable.delete)
    sqlite3_wal_hook(
      connection.handle,
      { context, _, _, pages in
        if let context { Unmanaged<Locked<Int32>>.fromOpaque(context).takeUnretainedValue().withLock { $0 = pages } }
        return SQLITE_OK
      }, Unmanaged.passUnretained(logPages).toOpaque())
  }

  deinit { sqlite3_wal_hook(connection.handle, nil, nil) }

  /// Pages in the write-ahead log as of the last commit.
  var logPageCount: Int { Int(logPages.withLock { $0 }) }

  func forgetLog() { logPages.withLock { $0 = 0 } }

  /// Writes everything or nothing.
  func commit(_ batch: StoreBatch) throws(StoreError) {
    try transaction { tables throws(StoreError) in try tables.write(batch) }
  }

  /// Commits what `body` writes, or leaves nothing of it.
  func transaction<Result>(_ body: (WriterTables) throws(StoreError) -> Result) throws(StoreError) -> Result {
    try begin.run()
    do throws(StoreError) {
      let result = try body(self)
      try commit.run()
      return result
    } catch {
      // SQLite has rolled back by itself after most failures; then there is no transaction to end.
      if sqlite3_get_autocommit(connection.handle) == 0 { try? rollback.run() }
      throw error
    }
  }

  private func write(_ batch: StoreBatch) throws(StoreError) {
    for record in batch.newSessions { try SessionTable.bindNew(record, to: insertSession).run() }
    for record in batch.changedSessions { try SessionTable.bindChanged(record, to: updateSession).run() }
    for (workspace, session) in batch.selections { try upsertSelection.bind(workspace).bind(session).run() }
    for definition in batch.definitions {
      try DefinitionTable.bind(definition, to: insertDefinition).run()
      for subflow in definition.subflows.values { try DefinitionTable.bind(subflow, to: insertDefinition).run() }
    }
    for record in batch.newRuns {
      try RunTable.bindNew(record, to: insertRun).run()
      for hash in record.subflows.values { try insertSubflowUse.bind(record.key).bind(hash).run() }
    }
    for record in batch.changedRuns { try RunTable.bindChanged(record, to: updateRun).run() }
    for (run, entries) in batch.environments {
      if let entries {
        try EnvironmentTable.bind(run, entries, to: insertEnvironment).run()
      } else {
        try deleteEnvironment.bind(run).run()
      }
    }
    for row in batch.steps { try StepTable.bind(row, to: upsertStep).run() }
    for row in batch.outputs { try OutputTable.bind(row, to: upsertOutput).run() }
    for copy in batch.outputCopies { try OutputTable.bind(copy, to: copyOutput).run() }
    for (name, hold) in batch.holds {
      if let hold { try HoldTable.bind(name, hold, to: upsertHold).run() } else { try deleteHold.bind(name).run() }
    }
    for row in batch.events { try EventTable.bind(row, to: insertEvent).run() }
  }
}
