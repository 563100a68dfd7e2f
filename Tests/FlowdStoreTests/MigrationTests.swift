import FlowdModel
import Testing

@testable import FlowdStore

@Suite("Migrations")
struct MigrationTests {
  /// A database as version 1 left it: every table has rows, every column that may be NULL is once and once not.
  private func fillVersion1(_ folder: TemporaryFolder) throws {
    let connection = try Connection(path: "\(folder.path)/flowd.db", .writer)
    for pragma in ["journal_mode=WAL", "foreign_keys=ON"] { try connection.execute("PRAGMA \(pragma)") }
    try connection.execute(Migration.initialSchema.sql)
    try connection.execute("PRAGMA user_version = 1")
    func blob(_ number: Int64) -> String {
      let hex = Samples.uuid(number).text.filter { $0 != "-" }
      return "x'\(hex)'"
    }
    for key: Int64 in 1...3 {
      let closed = key == 3 ? "1003" : "NULL"
      try connection.execute(
        """
        INSERT INTO session VALUES (\(key), \(blob(key)), '/w', 'title', 'client', 'f', 'f', 'p', 'm', 3, 7, 5, 6, \(closed));
        INSERT INTO definition VALUES ('hash\(key)', 'f', CAST('{"name":"f"}' AS BLOB));
        """)
    }
    try connection.execute("INSERT INTO workspace VALUES ('/w', 2)")
    for key: Int64 in 1...40 {
      let (request, finished) = key % 2 == 0 ? ("'request \(key)'", "400\(key)") : ("NULL", "NULL")
      try connection.execute(
        """
        INSERT INTO run VALUES (\(key), \(blob(1_000 + key)), \(key % 3 + 1), \(request), 'f', 'hash\(key % 3 + 1)', 'p',
          'm', 2, 7, '/cwd', CAST('{"a":1}' AS BLOB), 0, 10, \(key), \(key % 2 == 0 ? 5 : 2), 11, \(finished), NULL, '', '');
        INSERT INTO run_environment VALUES (\(key), CAST('A=1' AS BLOB));
        INSERT INTO step VALUES (\(key), 0, 5, 1, 12, 13, 0, NULL, ''), (\(key), 1, 6, 2, 14, 15, NULL, 2, 'why');
        INSERT INTO step_output (run, step, stdout, stderr, truncated) VALUES (\(key), 0, x'6869', x'', 1);
        INSERT INTO event VALUES (\(key * 2), \(key % 3 + 1), \(key), \(key), zeroblob(1000));
        """)
    }
  }

  private func expectVersion1Data(_ store: SQLiteStore) throws {
    let reader = try store.makeReader()
    #expect(try reader.counters() == Counters(lastSessionKey: 3, lastRunKey: 40, lastPosition: 80))
    let rows = try reader.sessions(SessionFilter(includeClosed: true), before: nil, limit: 9)
    #expect(rows.map(\.record.closedAt) == [Samples.time(1003), nil, nil])
    #expect(rows.map(\.record.archivedAt) == [nil, nil, nil] && rows.map(\.isSelected) == [false, true, false])
    // Listed ones are outlines.
    let runs = try reader.runs(RunFilter(), before: nil, limit: 99).compactMap { try reader.run($0.id) }
    #expect(runs.map(\.key) == (1...40).reversed())
    for run in runs {
      #expect(run.umask == .ownerOnly)
      #expect(run.mode == .interactive && run.parent == nil && run.group.isEmpty && run.subflows.isEmpty)
      #expect(run.outputs.isEmpty && !run.isPauseRequested && !run.isStepping && run.reusedFrom == nil)
      #expect(run.requestID == (run.key % 2 == 0 ? "request \(run.key)" : "") && run.inputs == Array(#"{"a":1}"#.utf8))
      let finishedAt = Samples.time(Int64("400\(run.key)") ?? 0)
      #expect(run.status.isFinal == (run.key % 2 == 0) && run.finishedAt == (run.status.isFinal ? finishedAt : nil))
      #expect(
        try reader.steps(of: run.key) == [
          StepRecord(
            index: 0, status: .succeeded, attempt: 1, startedAt: Samples.time(12), finishedAt: Samples.time(13),
            exitCode: 0),
          StepRecord(
            index: 1, status: .failed, attempt: 2, startedAt: Samples.time(14), finishedAt: Samples.time(15),
            error: StepError(.fatal, "why")),
        ])
      #expect(
        try reader.output(of: run.key, step: 0) == StepOutput(stdout: Array("hi".utf8), stdoutTruncated: true))
      #expect(try reader.environment(of: run.key) == ["A=1"])
    }
    #expect(try reader.definition("hash2") == StoredDefinition(canonicalJSON: Array(#"{"name":"f"}"#.utf8)))
    #expect(try reader.unfinishedRuns(of: 2).map(\.key) == [1, 7, 13, 19, 25, 31, 37])
    let events = try reader.events(.all(after: 0), limit: 99, bytes: .max)
    #expect(events.map(\.position) == (1...40).map { $0 * 2 } && events.allSatisfy { $0.body.count == 1_000 })
  }

  @Test("A database of version 1 keeps everything, takes new rows, and changed old ones get what is new")
  func fromVersion1() throws {
    let folder = TemporaryFolder()
    try fillVersion1(folder)
    for _ in 0..<2 { try expectVersion1Data(SQLiteStore(folder)) }
    let store = try SQLiteStore(folder)
    let reader = try store.makeReader()
    var run = try #require(try reader.run(RunID(Samples.uuid(1_001))))
    run.outputs = [1]
    run.isStepping = true
    var session = try #require(try reader.session(SessionID(Samples.uuid(1)))).record
    session.archivedAt = Samples.time(9)
    let step = StepRecord(index: 1, parent: 0, item: 3, status: .running, attempt: 3, retries: 1)
    let source = Samples.definition("hash1", json: Array(#"{"name":"f"}"#.utf8), source: [35])
    try store.commit { batch in
      batch.changedRuns = [run]
      batch.changedSessions = [session]
      batch.newRuns = [Samples.run(41, hash: "hash1")]
      batch.definitions = [source]
      batch.steps = [.init(run: 1, step: step)]
      batch.events = [Samples.event(81, session: 2, sequence: 81)]
    }
    #expect(try reader.run(run.id) == run)
    #expect(try reader.session(session.meta.sessionID)?.record == session)
    #expect(try reader.steps(of: 1)[1] == step)
    #expect(try reader.definition("hash1")?.source == [35])
    #expect(try reader.events(.all(after: 80), limit: 9, bytes: .max).count == 1)
  }

  @Test("A row from before there were masks is sound, whole and damaged, and gets one with its next change")
  func fromVersion3() throws {
    let folder = TemporaryFolder()
    let record = Samples.run(1)
    do {
      let store = try SQLiteStore(folder)
      try store.commit { batch in
        batch.newSessions = [Samples.session(1)]
        batch.definitions = [Samples.definition()]
        batch.newRuns = [record]
      }
    }
    try makeVersion3(folder)
    let store = try SQLiteStore(folder)
    let reader = try store.makeReader()
    var read = try #require(try reader.run(record.id))
    #expect(read.umask == .ownerOnly && read.cwd == record.cwd)
    read.error = "changed"
    try store.commit { $0.changedRuns = [read] }
    #expect(try reader.run(record.id) == read)
    let connection = try Connection(path: "\(folder.path)/flowd.db", .writer)
    #expect(try connection.statement("SELECT umask FROM run").first { $0.int(0) } == 0o077)
    // A mask that was lost is not taken for one that never was.
    try connection.execute("UPDATE run SET umask = NULL")
    #expect(throws: StoreError.self) { try reader.run(record.id) }
  }

  /// Takes from the runs of a database what version 4 added: the column, and its part in the checksums.
  private func makeVersion3(_ folder: TemporaryFolder) throws {
    let connection = try Connection(path: "\(folder.path)/flowd.db", .writer)
    let columns = RunTable.columns.replacing("r.umask, ", with: "")
    let sums = try connection.statement("SELECT \(columns) FROM run r JOIN session s ON s.key = r.session").rows {
      row in
      row.checksum(ofColumns: 34)
    }
    try connection.execute("UPDATE run SET checksum = \(try #require(sums.first))")
    try connection.execute("ALTER TABLE run DROP COLUMN umask")
    try connection.execute("PRAGMA user_version = 3")
  }

  static let statements = Migration.all[1].sql.components(endingWith: ";\n")

  @Test("A crash anywhere in a migration leaves what was there, and the next start makes it anew")
  func crash() throws {
    let version1 = TemporaryFolder()
    try fillVersion1(version1)
    #expect(Self.statements.count > 30)
    for count in stride(from: 0, through: Self.statements.count, by: 5) {
      let living = TemporaryFolder()
      for (name, bytes) in version1.contents { living.write(bytes, to: name) }
      let connection = try Connection(path: "\(living.path)/flowd.db", .writer)
      // So small a cache that what is not committed is in the log already.
      for sql in ["PRAGMA cache_size = 1", "BEGIN IMMEDIATE"] { try connection.execute(sql) }
      for statement in Self.statements.prefix(count) { try connection.execute(statement) }
      let folder = TemporaryFolder()
      for (name, bytes) in living.contents where !name.hasSuffix("-shm") { folder.write(bytes, to: name) }
      if count >= 20 { #expect(folder.bytes(of: "flowd.db-wal")?.isEmpty == false) }
      try expectVersion1Data(SQLiteStore(folder))
      try connection.execute("ROLLBACK")
    }
  }

  @Test("A migration that finds no room leaves the database as it was")
  func noRoom() throws {
    let folder = TemporaryFolder()
    try fillVersion1(folder)
    let connection = try Connection(path: "\(folder.path)/flowd.db", .writer)
    let pages = try connection.statement("PRAGMA page_count").first { $0.int64(0) } ?? 0
    try connection.execute("PRAGMA max_page_count = \(pages + 2)")
    do throws(StoreError) {
      try Migration.migrate(connection)
      Issue.record("five tables and indices went into two pages")
    } catch {
      #expect(error.kind == .full)
    }
    #expect(try connection.statement("PRAGMA user_version").first { $0.int(0) } == 1)
    #expect(try connection.statement("SELECT count(*) FROM pragma_table_info('step')").first { $0.int(0) } == 9)
    try expectVersion1Data(SQLiteStore(folder))
  }
}

extension String {
  fileprivate func components(endingWith end: String) -> [String] {
    var found: [String] = []
    var rest = self[...]
    while let range = rest.firstRange(of: end) {
      found.append(String(rest[..<range.upperBound]))
      rest = rest[range.upperBound...]
    }
    if !rest.allSatisfy(\.isWhitespace) { found.append(String(rest)) }
    return found
  }
}
