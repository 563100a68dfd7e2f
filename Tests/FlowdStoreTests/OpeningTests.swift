import FlowdModel
import Testing

@testable import FlowdStore

@Suite("Opening a database")
struct OpeningTests {
  private func kind(_ body: () throws -> Void) -> StoreError.Kind? {
    do {
      try body()
      return nil
    } catch {
      return (error as? StoreError)?.kind
    }
  }

  /// A database with a few pages, closed.
  private func filled() throws -> TemporaryFolder {
    let folder = TemporaryFolder()
    let store = try SQLiteStore(folder)
    try store.commit { batch in
      batch.addRun()
      batch.newRuns = [Samples.run(1, status: .succeeded), Samples.run(2, requestID: "r")]
      batch.events = (1...50).map { Samples.event($0, sequence: $0, bytes: 1_000) }
    }
    return folder
  }

  @Test("Everything is there after reopening")
  func reopening() throws {
    let folder = try filled()
    for _ in 0..<3 {
      let store = try SQLiteStore(folder)
      let reader = try store.makeReader()
      #expect(try reader.counters() == Counters(lastSessionKey: 1, lastRunKey: 2, lastPosition: 50))
      #expect(try reader.unfinishedSessions() == [SessionID(Samples.uuid(1))])
      #expect(try reader.unfinishedRuns(of: 1).map(\.key) == [2])
      #expect(try reader.session(SessionID(Samples.uuid(1)))?.eventSequence == 50)
    }
  }

  @Test("The settings that durability and safety need are made")
  func settings() throws {
    let folder = try filled()
    let store = try SQLiteStore(folder)
    try withExtendedLifetime(store) {
      let other = try Connection(path: "\(folder.path)/flowd.db", .reader)
      #expect(try other.statement("PRAGMA journal_mode").first { $0.text(0) } == "wal")
      #expect(try other.statement("PRAGMA user_version").first { $0.int(0) } == Migration.all.count)
      let tables =
        "SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite%' AND NOT strict"
      #expect(try other.statement(tables).first { $0.int(0) } == 0)
    }
    #expect(try store.pragma("synchronous") == 2)
    #expect(try store.pragma("foreign_keys") == 1)
    #expect(try store.pragma("trusted_schema") == 0)
    #expect(try store.pragma("mmap_size") == 0)
  }

  @Test("Migrations are numbered from 1 without gaps, and each is made once")
  func migrations() throws {
    #expect(Migration.all.map(\.version) == Array(1...Migration.all.count))
    let folder = TemporaryFolder()
    let connection = try Connection(path: "\(folder.path)/flowd.db", .writer)
    for _ in 0..<2 { try Migration.migrate(connection) }
    #expect(try connection.statement("PRAGMA user_version").first { $0.int(0) } == Migration.all.count)
  }

  @Test("A database of a later version is refused and left alone")
  func tooNew() throws {
    let folder = try filled()
    do {
      let connection = try Connection(path: "\(folder.path)/flowd.db", .writer)
      try connection.execute("PRAGMA user_version = 99")
    }
    let before = folder.contents
    #expect(kind { _ = try SQLiteStore(folder) } == .tooNew)
    let after = folder.contents
    for (file, bytes) in before { #expect(after[file] == bytes, "\(file) was changed") }
  }

  /// What may become of a file, by name.
  static let damages: [(String, @Sendable ([UInt8]) -> [UInt8])] = [
    ("a page in the middle", { overwrite($0, at: 3 * 4096) }),
    ("the schema", { overwrite($0, at: 100) }),
    ("the first bytes", { overwrite($0, at: 0) }),
    ("cut in a page", { Array($0.dropLast(25_000)) }),
    (
      "another file",
      { _ in Array("This is no database, but longer than its header. ".utf8) + [UInt8](repeating: 65, count: 5_000) }
    ),
  ]

  private static func overwrite(_ bytes: [UInt8], at offset: Int) -> [UInt8] {
    var bytes = bytes
    for index in offset..<offset + 64 { bytes[index] = 0xA5 }
    return bytes
  }

  @Test("A damaged file is refused with advice, and nothing in the folder is changed", arguments: damages.indices)
  func damaged(_ number: Int) throws {
    let folder = try filled()
    let (name, damage) = Self.damages[number]
    folder.write(damage(folder.bytes(of: "flowd.db") ?? []), to: "flowd.db")
    try expectRefused(folder, name)
  }

  @Test("The same for one whose latest changes are still in its log", arguments: damages.indices)
  func damagedWithLog(_ number: Int) throws {
    // The picture of a daemon that was killed: files as they were while it was open.
    let living = try filled()
    let folder = TemporaryFolder()
    let store = try SQLiteStore(living)
    try store.commit { $0.events = [Samples.event(51, sequence: 51)] }
    for (name, bytes) in living.contents where !name.hasSuffix("-shm") { folder.write(bytes, to: name) }
    withExtendedLifetime(store) {}
    let (name, damage) = Self.damages[number]
    folder.write(damage(folder.bytes(of: "flowd.db") ?? []), to: "flowd.db")
    try expectRefused(folder, name)
  }

  private func expectRefused(_ folder: TemporaryFolder, _ name: String) throws {
    let before = folder.contents
    do throws(StoreError) {
      _ = try SQLiteStore(folder)
      Issue.record("a database with damage (\(name)) was opened")
    } catch {
      #expect(error.kind == .corrupt, "\(name): \(error)")
      #expect(error.message.contains("was left as it is"), "\(name): \(error)")
    }
    let after = folder.contents
    for (file, bytes) in before { #expect(after[file] == bytes, "\(name): \(file) was changed") }
  }

  @Test("A large database is opened unchecked, and the check beside it finds damage")
  func checkedBeside() throws {
    let folder = try filled()
    let store = try SQLiteStore(directory: folder.path, checkBytesMax: 4_096)
    #expect(store.isLarge)
    try store.check()
  }

  @Test("A folder that is not there is refused")
  func noFolder() {
    #expect(kind { _ = try SQLiteStore(directory: "/nowhere/at/all", checkBytesMax: .max) } != nil)
  }
}
