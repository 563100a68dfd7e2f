import FlowdModel
import FlowdStore
import Testing

@Suite("Ranges of events")
struct EventRangeTests {
  /// 30 events of three sessions in turn; sessions 1 and 2 are of one workspace. Every fourth is of run 1.
  private func filled() throws -> (TemporaryFolder, SQLiteReader) {
    let folder = TemporaryFolder()
    let store = try SQLiteStore(folder)
    try store.commit { batch in
      batch.newSessions = [Samples.session(1), Samples.session(2), Samples.session(3, workspace: "/other")]
      batch.events = (0..<30).map { number in
        let run: Int64? = number % 4 == 0 ? 1 : nil
        let position = EventPosition(number * 2 + 1)
        let sequence = EventSequence(number / 3 + 1)
        return Samples.event(position, session: Int64(number % 3 + 1), sequence: sequence, run: run, bytes: 100)
      }
    }
    return (folder, try store.makeReader())
  }

  private func positions(_ range: EventRange, _ reader: SQLiteReader, limit: Int = 100, bytes: Int = .max) throws
    -> [UInt64]
  {
    try reader.events(range, limit: limit, bytes: bytes).map(\.position)
  }

  @Test("Each range has its events in order, after its cursor")
  func ranges() throws {
    let (folder, reader) = try filled()
    let all = (0..<30).map { UInt64($0 * 2 + 1) }
    #expect(try positions(.all(after: 0), reader) == all)
    #expect(try positions(.all(after: 13), reader) == all.filter { $0 > 13 })
    #expect(try positions(.all(after: 14), reader) == all.filter { $0 > 14 })
    #expect(
      try positions(.session(2, after: 3), reader) == all.indices.filter { $0 % 3 == 1 && $0 / 3 >= 3 }.map { all[$0] })
    #expect(
      try positions(.run(session: 1, run: 1, after: 0), reader) == all.indices.filter { $0 % 12 == 0 }.map { all[$0] })
    #expect(
      try positions(.workspace("/w", after: 9), reader)
        == all.indices.filter { $0 % 3 != 2 && all[$0] > 9 }.map { all[$0] })
    #expect(try positions(.workspace("/W", after: 0), reader) == [])
    #expect(try positions(.session(9, after: 0), reader) == [])
    for beyond: EventRange in [.all(after: .max), .session(1, after: .max), .workspace("/w", after: .max)] {
      #expect(try positions(beyond, reader) == [])
    }
    withExtendedLifetime(folder) {}
  }

  @Test("A run's tree has the events of the runs below it, at any depth, and of no other")
  func trees() throws {
    let folder = TemporaryFolder()
    let store = try SQLiteStore(folder)
    // 1 has the steps 2 and 3, and 2 has 4 and 5; 6 is another run.
    let parents: [Int64: Int64] = [2: 1, 3: 1, 4: 2, 5: 2]
    try store.commit { batch in
      batch.newSessions = [Samples.session(1)]
      batch.definitions = [Samples.definition()]
      batch.newRuns = (1...6).map { (key: Int64) -> RunRecord in
        let parent = parents[key].map { above in
          ParentRun(key: above, id: RunID(Samples.uuid(1_000 + above)), step: 0, attempt: 1, depth: 1)
        }
        return Samples.run(key, status: key == 4 ? .succeeded : .running, parent: parent)
      }
      batch.events = (1...24).map { number in
        Samples.event(number, sequence: number, run: Int64((number - 1) % 6 + 1))
      }
    }
    let reader = try store.makeReader()
    for (root, members) in [(1, [1, 2, 3, 4, 5]), (2, [2, 4, 5]), (3, [3]), (6, [6])] as [(Int64, [Int64])] {
      let found = try reader.events(.runTree(session: 1, root: root, after: 3), limit: 100, bytes: .max)
      let wanted = (4...24 as ClosedRange<UInt64>).filter { number in members.contains(Int64((number - 1) % 6 + 1)) }
      #expect(found.map(\.sequence) == wanted)
      #expect(try reader.unfinishedRuns(below: root).sorted() == members.filter { $0 != root && $0 != 4 })
    }
    withExtendedLifetime(folder) {}
  }

  @Test("Pieces of any size, put together, are the whole")
  func pieces() throws {
    let (folder, reader) = try filled()
    for limit in 1...7 {
      for bytes in [0, 1, 100, 101, 350] {
        var cursor: EventSequence = 0
        var found: [EventSequence] = []
        while true {
          let piece = try reader.events(.session(3, after: cursor), limit: limit, bytes: bytes)
          guard let last = piece.last else { break }
          // At least one, and one past the bytes at most.
          #expect(piece.count <= limit && (piece.count - 1) * 100 < max(1, bytes))
          found += piece.map(\.sequence)
          cursor = last.sequence
        }
        #expect(found == Array(1...10), "limit \(limit), bytes \(bytes)")
      }
    }
    withExtendedLifetime(folder) {}
  }
}
