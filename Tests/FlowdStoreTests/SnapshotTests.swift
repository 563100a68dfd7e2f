import FlowdModel
import Testing

@testable import FlowdStore

@Suite("Readers")
struct SnapshotTests {
  @Test("Several reads in a snapshot see one moment; a write does not wait for them")
  func oneMoment() throws {
    let folder = TemporaryFolder()
    let store = try SQLiteStore(folder)
    try store.commit { $0.newSessions = [Samples.session(1)] }
    let reader = try store.makeReader()
    try reader.snapshot { reader throws(StoreError) in
      let before = try reader.counters()
      var batch = StoreBatch()
      batch.newSessions = [Samples.session(2)]
      batch.events = [Samples.event(1, sequence: 1)]
      try store.commit(batch, patience: .zero)
      let after = try reader.counters()
      #expect(before == after && after.lastSessionKey == 1)
    }
    #expect(try reader.counters() == Counters(lastSessionKey: 2, lastRunKey: 0, lastPosition: 1))
  }

  @Test("A snapshot ends also when the reading in it fails")
  func failedSnapshot() throws {
    let folder = TemporaryFolder()
    let store = try SQLiteStore(folder)
    let reader = try store.makeReader()
    for _ in 0..<2 {
      #expect(throws: StoreError(kind: .other, message: "stop")) {
        try reader.snapshot { reader throws(StoreError) in
          _ = try reader.counters()
          throw StoreError(kind: .other, message: "stop")
        }
      }
    }
    try store.commit { $0.newSessions = [Samples.session(1)] }
    #expect(try reader.counters().lastSessionKey == 1)
  }

  @Test("A reader cannot write and, as the last to close, does not checkpoint")
  func readersNeverWrite() throws {
    let folder = TemporaryFolder()
    do {
      var store: SQLiteStore? = try SQLiteStore(folder)
      try store?.commit { $0.newSessions = [Samples.session(1)] }
      var reader: SQLiteReader? = try store?.makeReader()
      #expect(try reader?.counters().lastSessionKey == 1)
      let connection = try Connection(path: "\(folder.path)/flowd.db", .reader)
      #expect(throws: StoreError.self) { try connection.execute("DELETE FROM session") }
      #expect(throws: StoreError.self) { try connection.execute("PRAGMA user_version = 9") }
      // The writer leaves first: with a reader there it does not clear the log away.
      store = nil
      withExtendedLifetime(connection) {}
      reader = nil
    }
    let log = try #require(folder.bytes(of: "flowd.db-wal"))
    #expect(log.count > 4_096)
    let store = try SQLiteStore(folder)
    #expect(try store.makeReader().counters().lastSessionKey == 1)
  }
}
