import FlowdModel
import Testing

@testable import FlowdStore

@Suite("Checksums of rows")
struct RowChecksumTests {
  private func sum(_ bytes: [UInt8]) -> Int64 {
    var checksum = RowChecksum()
    bytes.withUnsafeBytes { checksum.add(bytes: $0) }
    return checksum.value
  }

  @Test("The sum is CRC-32C: RFC 3720, B.4, and the check value of its catalogue entry")
  func knownSums() {
    #expect(sum(Array("123456789".utf8)) == 0xE306_9283)
    #expect(sum([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
    #expect(sum([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
    #expect(sum(Array(0..<32)) == 0x46DD_794E)
    #expect(sum(Array((0..<32).reversed())) == 0x113F_DB5C)
    #expect(sum([]) == 0)
  }

  /// What damages a row and leaves the database well-formed, by table.
  static let damages: [(table: String, sql: String)] = [
    ("session", "UPDATE session SET provider_id = 'q' WHERE key = 1"),
    ("session", "UPDATE session SET closed_at = 5 WHERE key = 1"),
    ("definition", "UPDATE definition SET canonical_json = x'7b7c'"),
    ("definition", "UPDATE definition SET source = x'00'"),
    ("run", "UPDATE run SET status = status + 1"),
    ("run", "UPDATE run SET inputs = x''"),
    ("run", "UPDATE run SET outputs = x''"),
    ("run", "UPDATE run SET request_id = ''"),
    ("run", "UPDATE run SET depth = 0"),
    ("run", "UPDATE run SET checksum = checksum + 1"),
    ("run", "UPDATE run SET cwd = flow_id, flow_id = cwd"),
    ("run_environment", "UPDATE run_environment SET entries = x'4300'"),
    ("step", "UPDATE step SET attempt = 2"),
    ("step", "UPDATE step SET exit_code = 0"),
    ("step", "UPDATE step SET error = 'f'"),
    ("step", "UPDATE step SET item = 1"),
    ("step_output", "UPDATE step_output SET stdout = stderr, stderr = stdout"),
    ("step_output", "UPDATE step_output SET truncated = 3"),
    ("step_output", "DELETE FROM step_output WHERE step = 0; UPDATE step_output SET step = 0"),
    ("step_output", "UPDATE step_output SET details = x'7b7d'"),
    ("event", "UPDATE event SET body = x'010203'"),
    ("event", "UPDATE event SET run = 1"),
    ("event", "UPDATE event SET seq = 2"),
  ]

  private func filled() throws -> TemporaryFolder {
    let folder = TemporaryFolder()
    try SQLiteStore(folder).commit { batch in
      batch.addRun()
      batch.environments = [(run: 1, entries: ["A"])]
      batch.steps = [.init(run: 1, step: StepRecord(index: 0, status: .running, attempt: 1))]
      batch.outputs = (0...1).map { .init(run: 1, step: $0, output: StepOutput(stdout: [1], stderr: [2, 3])) }
      batch.events = [Samples.event(1, sequence: 1)]
    }
    return folder
  }

  private func readAll(_ reader: SQLiteReader) throws {
    _ = try reader.session(SessionID(Samples.uuid(1)))
    _ = try reader.definition("hash")
    _ = try reader.runs(RunFilter(), before: nil, limit: 9)
    _ = try reader.environment(of: 1)
    _ = try reader.steps(of: 1)
    _ = try reader.output(of: 1, step: 0)
    _ = try reader.events(.session(1, after: 0), limit: 9, bytes: .max)
  }

  @Test("Whatever changes in a row behind the daemon's back is noticed when it is read", arguments: damages.indices)
  func damaged(_ number: Int) throws {
    let folder = try filled()
    let (table, sql) = Self.damages[number]

    try Connection(path: "\(folder.path)/flowd.db", .writer).execute(sql)
    let store = try SQLiteStore(folder)
    do {
      try readAll(store.makeReader())
      Issue.record("not noticed: \(sql)")
    } catch let error as StoreError {
      #expect(error.kind == .corrupt && error.message.contains("of table \(table) is damaged"), "\(error)")
    }
  }

  @Test("A bit flipped in the file, in a place where SQLite sees nothing wrong, is noticed and its row named")
  func flippedBit() throws {
    let folder = TemporaryFolder()
    let marker = Array("a body in which a bit is flipped".utf8)
    do {
      let store = try SQLiteStore(folder)
      try store.commit { batch in
        batch.newSessions = [Samples.session(1)]
        batch.events = [
          Samples.event(1, sequence: 1),
          .init(position: 7, session: 1, sequence: 2, run: nil, body: marker),
        ]
      }
    }
    var bytes = try #require(folder.bytes(of: "flowd.db"))
    let place = try #require(bytes.firstRange(of: marker)).lowerBound
    for bit in [0, 9, 100, 255] {
      bytes[place + bit / 8] ^= 1 << UInt8(bit % 8)
      folder.write(bytes, to: "flowd.db")
      bytes[place + bit / 8] ^= 1 << UInt8(bit % 8)
      let store = try SQLiteStore(folder)
      try store.check()
      let reader = try store.makeReader()
      #expect(try reader.events(.all(after: 0), limit: 1, bytes: .max).count == 1)
      do throws(StoreError) {
        _ = try reader.events(.all(after: 0), limit: 9, bytes: .max)
        Issue.record("bit \(bit) was not noticed")
      } catch {
        #expect(error.kind == .corrupt && error.message.contains("the row (7) of table event"))
      }
    }
  }

  @Test("The copy of a damaged output is damaged, and one that is damaged later is noticed too")
  func copiedOutput() throws {
    for (damage, isNoticed) in [
      ("UPDATE step_output SET stdout = x'02'", true), ("UPDATE step_output SET checksum = NULL", false),
      ("SELECT 1", false),
    ] {
      let folder = try filled()
      let store = try SQLiteStore(folder)
      let reader = try store.makeReader()
      let other = try Connection(path: "\(folder.path)/flowd.db", .writer)
      try other.execute(damage)
      try store.commit { $0.outputCopies = [.init(from: 1, fromStep: 0, to: 1, toStep: 5)] }
      if isNoticed {
        #expect(throws: StoreError.self) { try reader.output(of: 1, step: 5) }
      } else {
        #expect(try reader.output(of: 1, step: 5) == StepOutput(stdout: [1], stderr: [2, 3]))
      }
      try other.execute("UPDATE step_output SET stdout = x'03' WHERE step = 5")
      let isUnchecked = damage.contains("NULL")
      #expect(
        try reader.connection.statement("SELECT checksum IS NULL FROM step_output WHERE step = 5").first {
          $0.int(0) == 1
        } == isUnchecked)
      if !isUnchecked { #expect(throws: StoreError.self) { try reader.output(of: 1, step: 5) } }
    }
  }

  @Test("A changed row is sound again only if all of it is what was written")
  func changedRows() throws {
    let folder = try filled()
    let store = try SQLiteStore(folder)
    let other = try Connection(path: "\(folder.path)/flowd.db", .writer)
    try other.execute("UPDATE run SET cwd = 'elsewhere'")
    // The daemon knows what the run was; what it leaves alone in the row must not become sound by its writing.
    try store.commit { $0.changedRuns = [Samples.run(1, status: .failed)] }
    let reader = try store.makeReader()
    #expect(throws: StoreError.self) { try reader.run(RunID(Samples.uuid(1_001))) }
    try other.execute("UPDATE run SET cwd = 't'")
    #expect(try reader.run(RunID(Samples.uuid(1_001))) == Samples.run(1, status: .failed))
  }
}
