import FlowdModel
import Testing

@testable import FlowdStore

@Suite("Query plans")
struct QueryPlanTests {
  /// The lines of a plan, those of foreign keys and triggers among them.
  private func plan(_ sql: String, _ connection: Connection) throws -> [String] {
    try connection.statement("EXPLAIN QUERY PLAN \(sql)").rows { $0.text(3) }
  }

  static let writes = [
    SessionTable.insert, SessionTable.update, SessionTable.upsertSelection, DefinitionTable.insert, RunTable.insert,
    RunTable.update, RunTable.insertSubflowUse, EnvironmentTable.insert, EnvironmentTable.delete, StepTable.upsert,
    OutputTable.upsert, OutputTable.copy, EventTable.insert,
  ]

  @Test("No statement of a commit looks through a table", arguments: writes)
  func commits(_ sql: String) throws {
    let folder = TemporaryFolder()
    _ = try SQLiteStore(folder)
    let connection = try Connection(path: "\(folder.path)/flowd.db", .writer)
    for line in try plan(sql, connection) { #expect(!line.hasPrefix("SCAN"), "\(line): \(sql)") }
  }

  @Test("No index but the primary keys and those of version 1 is kept up for steps, outputs and events")
  func indices() throws {
    let folder = TemporaryFolder()
    _ = try SQLiteStore(folder)
    let connection = try Connection(path: "\(folder.path)/flowd.db", .reader)
    for (table, count) in [("step", 1), ("step_output", 1), ("event", 1), ("run_environment", 0)] {
      let sql = "SELECT count(*) FROM pragma_index_list('\(table)')"
      #expect(try connection.statement(sql).first { $0.int(0) } == count, "\(table)")
    }
  }

  /// Everything a reader does, with what its statements may look through.
  static let reads: [(name: String, scans: [String], read: @Sendable (SQLiteReader) throws -> Void)] = [
    ("counters", [], { _ = try $0.counters() }),
    ("session", [], { _ = try $0.session(SessionID(Samples.uuid(1))) }),
    ("unfinished sessions", ["r", "run USING INDEX run_unfinished"], { _ = try $0.unfinishedSessions() }),
    ("selection", [], { _ = try $0.selection(of: "/w") }),
    ("sessions", [], { _ = try $0.sessions(SessionFilter(workspace: "/w"), before: nil, limit: 9) }),
    ("all sessions", [], { _ = try $0.sessions(SessionFilter(), before: nil, limit: 9) }),
    ("run", [], { _ = try $0.run(RunID(Samples.uuid(1))) }),
    ("request", [], { _ = try $0.run(session: 1, requestID: "r") }),
    ("finished", [], { _ = try $0.finishedAt(of: 1) }),
    ("unfinished runs", [], { _ = try $0.unfinishedRuns(of: 1) }),
    ("resumable runs", [], { _ = try $0.resumableRuns(of: 1) }),
    ("child runs", [], { _ = try $0.childRuns(of: 1) }),
    ("runs", [], { _ = try $0.runs(RunFilter(session: SessionID(Samples.uuid(1))), before: nil, limit: 9) }),
    ("all runs", [], { _ = try $0.runs(RunFilter(), before: nil, limit: 9) }),
    ("steps", [], { _ = try $0.steps(of: 1) }),
    ("output", [], { _ = try $0.output(of: 1, step: 0) }),
    ("output size", [], { _ = try $0.outputSize(of: 1, step: 0) }),
    ("environment", [], { _ = try $0.environment(of: 1) }),
    ("definition", [], { _ = try $0.definition("hash") }),
    ("session's events", [], { _ = try $0.events(.session(1, after: 0), limit: 9, bytes: 9) }),
    ("run's events", [], { _ = try $0.events(.run(session: 1, run: 1, after: 0), limit: 9, bytes: 9) }),
    ("workspace's events", [], { _ = try $0.events(.workspace("/w", after: 0), limit: 9, bytes: 9) }),
    ("all events", [], { _ = try $0.events(.all(after: 0), limit: 9, bytes: 9) }),
    ("doomed sessions", ["doomed_session"], { _ = try $0.doomedSessions() }),
    (
      "expired sessions", [],
      { _ = try $0.expiredSessions(untouched: Samples.time(.max), ended: Samples.time(.max), after: 0, limit: 9) }
    ),
  ]

  @Test("No reading looks through a table of rows that it is not asked for", arguments: reads.indices)
  func readers(_ number: Int) throws {
    let folder = TemporaryFolder()
    let store = try SQLiteStore(folder)
    try store.commit { $0.addRun() }
    let reader = try store.makeReader()
    let (name, scans, read) = Self.reads[number]
    let before = Set(reader.connection.preparedSQL)
    try read(reader)
    let sql = reader.connection.preparedSQL.filter { !before.contains($0) }
    #expect(!sql.isEmpty)
    for sql in sql {
      let found = try plan(sql, reader.connection).filter { $0.hasPrefix("SCAN") && !$0.contains("CONSTANT ROW") }
      for line in found { #expect(scans.contains(String(line.dropFirst(5))), "\(name): \(line)") }
      // A list in the order of an index needs no sorting.
      #expect(try !plan(sql, reader.connection).contains { $0.contains("TEMP B-TREE FOR ORDER BY") }, "\(name)")
    }
  }

  @Test("Deleting looks through nothing, nor do its foreign keys")
  func deletion() throws {
    let folder = TemporaryFolder()
    let store = try SQLiteStore(folder)
    try store.commit { batch in
      batch.addRun()
      batch.newRuns = [Samples.run(1, status: .failed)]
      batch.steps = [.init(run: 1, step: StepRecord(index: 0))]
      batch.events = [Samples.event(1, sequence: 1)]
    }
    let connection = try Connection(path: "\(folder.path)/flowd.db", .writer)
    try connection.execute("PRAGMA foreign_keys = ON")
    #expect(try SessionDeletion.run(1, limit: 100, on: connection))
    let deletions = connection.preparedSQL.filter { $0.hasPrefix("DELETE") || $0.hasPrefix("UPDATE") }
    #expect(deletions.count >= 9)
    for sql in connection.preparedSQL {
      // The highest run and position are the ends of their tables.
      let lines = try plan(sql, connection).filter { $0.hasPrefix("SCAN") && !$0.contains("CONSTANT ROW") }
      #expect(lines.isEmpty, "\(sql): \(lines)")
    }
    // What is deleted from has foreign keys to look after: they are in the plan.
    let fk = try plan("DELETE FROM run WHERE key = 1", connection)
    for table in ["run_environment", "step", "step_output", "subflow_use"] {
      #expect(fk.contains { $0.hasPrefix("SEARCH \(table) ") }, "\(fk)")
    }
  }
}
