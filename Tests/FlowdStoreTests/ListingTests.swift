import FlowdModel
import FlowdStore
import Testing

@Suite("Lists of sessions and runs")
struct ListingTests {
  private func filled() throws -> (TemporaryFolder, SQLiteReader) {
    let folder = TemporaryFolder()
    let store = try SQLiteStore(folder)
    try store.commit { batch in
      batch.newSessions = (1...10).map { key in
        Samples.session(key, workspace: key % 2 == 0 ? "/even" : "/odd", closedAt: key > 8 ? Samples.time(1) : nil)
      }
      batch.selections = [(workspace: "/even", session: 4), (workspace: "/odd", session: nil)]
      batch.definitions = [Samples.definition()]
      batch.newRuns = (1...20).map { key in
        Samples.run(
          key, session: (key - 1) % 10 + 1, flow: key % 4 == 0 ? "four" : "f",
          status: RunStatus.allCases[Int(key) % RunStatus.allCases.count])
      }
    }
    return (folder, try store.makeReader())
  }

  @Test("Sessions come newest first, in pages, of one workspace or all, open or all")
  func sessions() throws {
    let (folder, reader) = try filled()
    func keys(_ filter: SessionFilter, before: Int64? = nil, limit: Int = 100) throws -> [Int64] {
      try reader.sessions(filter, before: before, limit: limit).map(\.record.key)
    }
    #expect(try keys(SessionFilter()) == [8, 7, 6, 5, 4, 3, 2, 1])
    #expect(try keys(SessionFilter(includeClosed: true), limit: 3) == [10, 9, 8])
    #expect(try keys(SessionFilter(includeClosed: true), before: 8, limit: 3) == [7, 6, 5])
    #expect(try keys(SessionFilter(workspace: "/even")) == [8, 6, 4, 2])
    #expect(try keys(SessionFilter(workspace: "/odd", includeClosed: true), before: 5) == [3, 1])
    #expect(try keys(SessionFilter(workspace: "/none")) == [])
    let rows = try reader.sessions(SessionFilter(includeClosed: true), before: nil, limit: 100)
    #expect(rows.filter(\.isSelected).map(\.record.key) == [4])
    withExtendedLifetime(folder) {}
  }

  @Test("Archived sessions are listed only when asked for")
  func archived() throws {
    let folder = TemporaryFolder()
    let store = try SQLiteStore(folder)
    try store.commit { batch in
      batch.newSessions = [
        Samples.session(1), Samples.session(2, archivedAt: Samples.time(1)),
        Samples.session(3, closedAt: Samples.time(1), archivedAt: Samples.time(1)),
      ]
    }
    let reader = try store.makeReader()
    for (closed, archived, keys) in [
      (false, false, [1]), (true, false, [1]), (false, true, [2, 1]), (true, true, [3, 2, 1] as [Int64]),
    ] {
      let filter = SessionFilter(includeClosed: closed, includeArchived: archived)
      #expect(try reader.sessions(filter, before: nil, limit: 9).map(\.record.key) == keys)
    }
  }

  @Test("A session's active run is its oldest that has started and not ended")
  func activeRuns() throws {
    let folder = TemporaryFolder()
    let store = try SQLiteStore(folder)
    try store.commit { batch in
      batch.newSessions = [Samples.session(1), Samples.session(2)]
      batch.definitions = [Samples.definition()]
      batch.newRuns = [
        Samples.run(1, status: .failed), Samples.run(2, status: .queued), Samples.run(3, status: .running),
        Samples.run(4, status: .running), Samples.run(5, session: 2, status: .queued),
      ]
    }
    let rows = try store.makeReader().sessions(SessionFilter(), before: nil, limit: 9)
    #expect(rows.map(\.activeRun) == [nil, RunID(Samples.uuid(1_003))])
  }

  @Test("Runs come newest first, in pages, by session, workspace, flow and status")
  func runs() throws {
    let (folder, reader) = try filled()
    func keys(_ filter: RunFilter, before: Int64? = nil, limit: Int = 100) throws -> [Int64] {
      try reader.runs(filter, before: before, limit: limit).map(\.key)
    }
    let all = Array((1...20 as ClosedRange<Int64>).reversed())
    #expect(try keys(RunFilter()) == all)
    #expect(try keys(RunFilter(), before: 18, limit: 2) == [17, 16])
    #expect(try keys(RunFilter(session: SessionID(Samples.uuid(3)))) == [13, 3])
    #expect(try keys(RunFilter(workspace: "/even")) == all.filter { $0 % 2 == 0 })
    #expect(try keys(RunFilter(flowID: "four")) == all.filter { $0 % 4 == 0 })
    #expect(try keys(RunFilter(statuses: [.queued, .failed])) == all.filter { $0 % 8 == 0 || $0 % 8 == 5 })
    #expect(try keys(RunFilter(workspace: "/even", statuses: [.queued], flowID: "four"), before: 16) == [8])
    #expect(try keys(RunFilter(session: SessionID(Samples.uuid(99)))) == [])
    withExtendedLifetime(folder) {}
  }
}
