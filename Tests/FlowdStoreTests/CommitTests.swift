import FlowdModel
import Testing

@testable import FlowdStore

@Suite("Commits")
struct CommitTests {
  /// A batch of which everything is sound but one row.
  static let faults: [(String, @Sendable (inout StoreBatch) -> Void)] = [
    ("a sequence twice", { $0.events.append(Samples.event(9, sequence: 1)) }),
    ("a position twice", { $0.events.append(Samples.event(1, sequence: 9)) }),
    ("a request id twice", { $0.newRuns.append(Samples.run(3, requestID: "once")) }),
    ("a run twice", { $0.newRuns.append(Samples.run(1)) }),
    ("a session twice", { $0.newSessions.append(Samples.session(1)) }),
    ("a run of no session", { $0.newRuns.append(Samples.run(3, session: 99)) }),
    ("a run without a definition", { $0.newRuns.append(Samples.run(3, hash: "none")) }),
    ("a sub-flow without a definition", { $0.newRuns.append(Samples.run(3, subflows: ["f": "none"])) }),
    ("a step of no run", { $0.steps.append(.init(run: 99, step: StepRecord(index: 0))) }),
    ("an environment of no run", { $0.environments.append((run: 99, entries: [])) }),
    ("a selected session that is none", { $0.selections.append((workspace: "/x", session: 99)) }),
  ]

  @Test("A batch with one bad row leaves nothing, and the next one is written", arguments: faults.indices)
  func atomicity(_ number: Int) throws {
    let folder = TemporaryFolder()
    let store = try SQLiteStore(folder)
    try store.commit { batch in
      batch.addRun()
      batch.newRuns = [Samples.run(1, requestID: "once")]
      batch.events = [Samples.event(1, sequence: 1)]
    }
    let (name, spoil) = Self.faults[number]
    func fill(_ batch: inout StoreBatch) {
      batch.newSessions = [Samples.session(2)]
      batch.selections = [(workspace: "/w", session: 2)]
      batch.definitions = [Samples.definition("other")]
      batch.newRuns = [Samples.run(2, session: 2)]
      batch.changedRuns = [Samples.run(1, requestID: "once", status: .failed)]
      batch.environments = [(run: 2, entries: ["A=1"])]
      batch.steps = [.init(run: 1, step: StepRecord(index: 0, status: .failed))]
      batch.outputs = [.init(run: 1, step: 0, output: StepOutput(stdout: [1]))]
      batch.events = [Samples.event(2, session: 2, sequence: 1)]
    }
    #expect(throws: StoreError.self, "\(name)") {
      try store.commit { batch in
        fill(&batch)
        spoil(&batch)
      }
    }
    let reader = try store.makeReader()
    #expect(try reader.session(SessionID(Samples.uuid(2))) == nil)
    #expect(try reader.selection(of: "/w") == nil)
    #expect(try reader.definition("other") == nil)
    #expect(try reader.run(RunID(Samples.uuid(1_001)))?.status == .running)
    #expect(try reader.steps(of: 1).isEmpty)
    #expect(try reader.output(of: 1, step: 0) == nil)
    #expect(try reader.counters() == Counters(lastSessionKey: 1, lastRunKey: 1, lastPosition: 1))
    try store.commit(fill)
    #expect(try reader.counters() == Counters(lastSessionKey: 2, lastRunKey: 2, lastPosition: 2))
  }

  @Test("Without room a batch leaves nothing, says so, and is written once there is room")
  func diskFull() throws {
    let folder = TemporaryFolder()
    _ = try SQLiteStore(folder)
    let tables = try WriterTables(Connection(path: "\(folder.path)/flowd.db", .writer))
    let pages = try tables.connection.statement("PRAGMA page_count").first { $0.int64(0) } ?? 0
    try tables.connection.execute("PRAGMA max_page_count = \(pages + 4)")
    var batch = StoreBatch()
    batch.newSessions = [Samples.session(1)]
    batch.events = (1...20).map { Samples.event($0, sequence: $0, bytes: 4_000) }
    for _ in 0..<3 {
      do throws(StoreError) {
        try tables.commit(batch)
        Issue.record("a batch of 80 KB went into four pages")
      } catch {
        #expect(error.kind == .full && error.code == 13)
      }
    }
    let reader = try SQLiteReader(path: "\(folder.path)/flowd.db")
    #expect(try reader.counters() == Counters())
    try tables.connection.execute("PRAGMA max_page_count = \(pages + 400)")
    try tables.commit(batch)
    #expect(try reader.counters() == Counters(lastSessionKey: 1, lastRunKey: 0, lastPosition: 20))
  }

  @Test("A foreign lock is waited for as long as asked, and then nothing is written")
  func foreignLock() throws {
    let folder = TemporaryFolder()
    let store = try SQLiteStore(folder)
    let other = try Connection(path: "\(folder.path)/flowd.db", .writer)
    try other.execute("BEGIN IMMEDIATE")
    for patience in [Duration.zero, .milliseconds(60)] {
      let began = ContinuousClock.now
      do throws(StoreError) {
        var batch = StoreBatch()
        batch.newSessions = [Samples.session(1)]
        try store.commit(batch, patience: patience)
        Issue.record("two wrote at once")
      } catch {
        #expect(error.kind == .busy)
        #expect(ContinuousClock.now - began >= patience)
      }
    }
    let reader = try store.makeReader()
    #expect(try reader.counters() == Counters())
    try other.execute("ROLLBACK")
    try store.commit { $0.newSessions = [Samples.session(1)] }
    #expect(try reader.counters().lastSessionKey == 1)
  }

  @Test("The log's length is known, and a checkpoint moves it into the database")
  func checkpoint() throws {
    let folder = TemporaryFolder()
    let store = try SQLiteStore(folder)
    let connection = try Connection(path: "\(folder.path)/flowd.db", .reader)
    let before = try connection.statement("PRAGMA page_count").first { $0.int(0) } ?? 0
    try store.commit { batch in
      batch.events = (1...40).map { Samples.event($0, sequence: $0, bytes: 4_000) }
    }
    #expect(store.logPageCount >= 40)
    try store.checkpoint()
    #expect(store.logPageCount == 0)
    #expect(try connection.statement("PRAGMA page_count").first { $0.int(0) } ?? 0 >= before + 40)
    try store.commit { $0.newSessions = [Samples.session(1)] }
    #expect(store.logPageCount > 0 && store.logPageCount < 40)
  }

  @Test("A probe writes whenever it is asked")
  func probe() throws {
    let folder = TemporaryFolder()
    let store = try SQLiteStore(folder)
    for number: Int64 in 1...3 { try store.probe(now: Samples.time(number)) }
    try store.commit { $0.newSessions = [Samples.session(1)] }
  }
}
