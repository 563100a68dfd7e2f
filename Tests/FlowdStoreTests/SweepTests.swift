import FlowdModel
import Testing

@testable import FlowdStore

@Suite("Sweeping")
struct SweepTests {
  /// Sessions 1 to 3 with 6 runs each, in turn, of definitions of their own and one that all share; a run in three is a
  /// step of the one before it, and each uses `sub` and a sub-flow of its session.
  private func fill(_ store: SQLiteStore) throws {
    try store.commit { batch in
      batch.newSessions = (1...3).map { Samples.session($0) }
      batch.selections = [(workspace: "/w", session: 2), (workspace: "/v", session: 1)]
      batch.definitions = ["shared", "sub", "own1", "own2", "own3", "sub1", "sub2", "sub3"].map {
        Samples.definition($0)
      }
      var position: EventPosition = 0
      for key: Int64 in 1...18 {
        let session = (key - 1) % 3 + 1
        let isChild = key > 3 && key % 2 == 0
        let parent = ParentRun(key: key - 3, id: RunID(Samples.uuid(1_000 + key - 3)), step: 0, attempt: 1, depth: 1)
        batch.newRuns.append(
          Samples.run(
            key, session: session, requestID: "r\(key)", status: .succeeded,
            hash: key < 10 ? "shared" : "own\(session)",
            parent: isChild ? parent : nil, subflows: ["s": "sub", "t": "sub\(session)"]))
        batch.environments.append((run: key, entries: ["A=1"]))
        batch.steps += (0..<4).map { .init(run: key, step: StepRecord(index: $0, status: .succeeded)) }
        batch.outputs += (0..<4).map {
          .init(run: key, step: $0, output: StepOutput(stdout: [UInt8](repeating: 1, count: 10_000)))
        }
        for sequence: EventSequence in 1...5 {
          position += 1
          batch.events.append(
            Samples.event(position, session: session, sequence: sequence + EventSequence(key) * 5, run: key))
        }
      }
    }
  }

  private func count(_ table: String, _ connection: Connection) throws -> Int {
    try connection.statement("SELECT count(*) FROM \(table)").first { $0.int(0) } ?? 0
  }

  private static let tables = [
    "session", "run", "run_environment", "step", "step_output", "event", "subflow_use", "definition", "doomed_session",
  ]

  private func counts(_ folder: TemporaryFolder) throws -> [Int] {
    let connection = try Connection(path: "\(folder.path)/flowd.db", .reader)
    return try Self.tables.map { try count($0, connection) }
  }

  private func expectInvisible(_ session: Int64, _ reader: SQLiteReader) throws {
    let id = SessionID(Samples.uuid(session))
    #expect(try reader.session(id) == nil)
    #expect(try reader.selection(of: "/w") != id && reader.selection(of: "/v") != id)
    let all = SessionFilter(includeClosed: true, includeArchived: true)
    #expect(try !reader.sessions(all, before: nil, limit: 9).map(\.record.key).contains(session))
    #expect(try !reader.runs(RunFilter(), before: nil, limit: 99).map(\.sessionKey).contains(session))
    #expect(try reader.runs(RunFilter(session: id), before: nil, limit: 99).isEmpty)
    for key: Int64 in 1...18 where (key - 1) % 3 + 1 == session {
      #expect(try reader.run(RunID(Samples.uuid(1_000 + key))) == nil)
    }
    for range: EventRange in [
      .all(after: 0), .workspace("/w", after: 0), .session(session, after: 0), .run(session: session, run: 1, after: 0),
      .runTree(session: session, root: 1, after: 0),
    ] {
      #expect(try !reader.events(range, limit: 999, bytes: .max).map(\.session).contains(session))
    }
    #expect(
      try reader.expiredSessions(untouched: Samples.time(.max), ended: Samples.time(.max), after: 0, limit: 9)
        .toArchive.allSatisfy { $0.key != session })
  }

  @Test("A session goes in pieces of bounded size, invisible from the first on", arguments: [1, 7, 60, 10_000])
  func deletion(_ limit: Int) throws {
    let folder = TemporaryFolder()
    let store = try SQLiteStore(folder)
    try fill(store)
    let reader = try store.makeReader()
    #expect(try counts(folder) == [3, 18, 18, 72, 72, 90, 36, 8, 0])
    var pieces = 0
    var before = try counts(folder)
    while try !store.deleteSession(2, limit: limit, patience: .zero) {
      pieces += 1
      try expectInvisible(2, reader)
      #expect(try reader.doomedSessions() == [2])
      let now = try counts(folder)
      // A run takes its environment and its notes of sub-flows with it; definitions and marks are not counted.
      #expect(zip(before, now)[1, 3, 4, 5] <= limit, "\(before) \(now)")
      before = now
    }
    // 30 events and 24 steps of one each, 24 outputs of three each, 6 runs of one.
    #expect(pieces <= (30 + 24 + 72 + 6) / limit + 1 && pieces >= (30 + 24 + 24 + 6) / (limit + 2))
    #expect(try counts(folder) == [2, 12, 12, 48, 48, 60, 24, 6, 0])
    try expectInvisible(2, reader)
    #expect(try reader.doomedSessions().isEmpty)
    for (hash, isKept) in [("shared", true), ("sub", true), ("own1", true), ("own2", false), ("sub2", false)] {
      #expect(try (reader.definition(hash) != nil) == isKept, "\(hash)")
    }
    #expect(try store.deleteSession(2, limit: limit, patience: .zero))
    for session: Int64 in [1, 3] {
      while try !store.deleteSession(session, limit: 50, patience: .zero) {}
    }
    #expect(try counts(folder) == [0, 0, 0, 0, 0, 0, 0, 0, 0])
    #expect(try reader.counters() == Counters(lastSessionKey: 3, lastRunKey: 18, lastPosition: 90))
  }

  @Test("After a crash between two pieces the rest is found and deleted, and nothing else is missing")
  func crash() throws {
    let folder = TemporaryFolder()
    try fill(SQLiteStore(folder))
    var pieces = 0
    while true {
      // Each piece in a process of its own, as far as the store can tell.
      let store = try SQLiteStore(folder)
      if try store.deleteSession(1, limit: 10, patience: .zero) { break }
      pieces += 1
      let reader = try store.makeReader()
      #expect(try reader.doomedSessions() == [1])
      try expectInvisible(1, reader)
      #expect(try reader.counters() == Counters(lastSessionKey: 3, lastRunKey: 18, lastPosition: 90))
      #expect(try reader.runs(RunFilter(), before: nil, limit: 99).count == 12)
    }
    #expect(pieces > 5)
    #expect(try counts(folder) == [2, 12, 12, 48, 48, 60, 24, 6, 0])
  }

  @Test("A session with a run that has not ended is not touched")
  func unfinished() throws {
    let folder = TemporaryFolder()
    let store = try SQLiteStore(folder)
    try store.commit { batch in
      batch.addRun()
      batch.events = [Samples.event(1, sequence: 1)]
    }
    let before = try counts(folder)
    do throws(StoreError) {
      _ = try store.deleteSession(1, limit: 10, patience: .zero)
      Issue.record("it was deleted")
    } catch {
      #expect(error.kind == .other)
    }
    #expect(try counts(folder) == before)
    #expect(try store.makeReader().session(SessionID(Samples.uuid(1))) != nil)
  }

  @Test("Keys and positions of what was deleted are not given again, whatever came between")
  func highWater() throws {
    let folder = TemporaryFolder()
    let store = try SQLiteStore(folder)
    try fill(store)
    let reader = try store.makeReader()
    #expect(try store.deleteSession(3, limit: 10_000, patience: .zero))
    #expect(try reader.counters() == Counters(lastSessionKey: 3, lastRunKey: 18, lastPosition: 90))
    try store.commit { batch in
      batch.newSessions = [Samples.session(4)]
      batch.events = [Samples.event(91, session: 4, sequence: 1)]
    }
    #expect(try reader.counters() == Counters(lastSessionKey: 4, lastRunKey: 18, lastPosition: 91))
    #expect(try store.deleteSession(1, limit: 10_000, patience: .zero))
    #expect(try store.deleteSession(4, limit: 10_000, patience: .zero))
    #expect(try reader.counters() == Counters(lastSessionKey: 4, lastRunKey: 18, lastPosition: 91))
  }

  // MARK: what is to go

  @Test("Sessions expire by what happened last; none with a run that has not ended; ended ones by when they ended")
  func expired() throws {
    let folder = TemporaryFolder()
    let store = try SQLiteStore(folder)
    func session(_ key: Int64, _ updated: Int64, closed: Int64? = nil, archived: Int64? = nil) -> SessionRecord {
      Samples.session(
        key, closedAt: closed.map(Samples.time), archivedAt: archived.map(Samples.time),
        updatedAt: Samples.time(updated))
    }
    try store.commit { batch in
      batch.definitions = [Samples.definition()]
      batch.newSessions = [
        session(1, 99), session(2, 100), session(3, 50), session(4, 50), session(5, 50),
        session(6, 200, closed: 29), session(7, 1, closed: 30), session(8, 1, archived: 29),
        session(9, 1, closed: 40, archived: 29), session(10, 1, closed: 20), session(11, 1, archived: 20),
      ]
      func run(_ key: Int64, _ session: Int64, _ finished: Int64?) -> RunRecord {
        Samples.run(
          key, session: session, status: finished == nil ? .paused : .failed, finishedAt: finished.map(Samples.time))
      }
      batch.newRuns = [
        run(1, 3, 99), run(2, 3, 20), run(3, 4, 100), run(4, 4, 10), run(5, 5, nil), run(6, 5, 10),
        run(7, 10, nil), run(8, 11, 30), run(9, 6, 29),
      ]
    }
    let reader = try store.makeReader()
    for limit in [1, 2, 3, 11, 100] {
      var cursor: Int64? = 0
      var archive: [Int64] = []
      var delete: [Int64] = []
      var reads = 0
      while let after = cursor {
        let found = try reader.expiredSessions(
          untouched: Samples.time(100), ended: Samples.time(30), after: after, limit: limit)
        #expect(found.toArchive.count + found.toDelete.count <= limit)
        archive += found.toArchive.map(\.key)
        delete += found.toDelete.map(\.key)
        cursor = found.next
        reads += 1
      }
      #expect(archive == [1, 3] && delete == [6, 8, 9], "limit \(limit)")
      #expect(reads == 11 / limit + 1)
    }
  }
}

extension Zip2Sequence where Sequence1 == [Int], Sequence2 == [Int] {
  /// How much the values at these places fell, together.
  fileprivate subscript(places: Int...) -> Int {
    let pairs = Array(self)
    return places.map { pairs[$0].0 - pairs[$0].1 }.reduce(0, +)
  }
}
