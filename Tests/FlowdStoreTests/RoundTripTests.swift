import FlowdModel
import FlowdStore
import Testing

@Suite("What is written is what is read")
struct RoundTripTests {
  @Test("Sessions, with awkward text", arguments: Samples.awkward)
  func sessions(_ text: String) throws {
    let folder = TemporaryFolder()
    let store = try SQLiteStore(folder)
    let record = Samples.session(7, workspace: "/\(text)", text: text, closedAt: Samples.time(.max))
    try store.commit { batch in
      batch.newSessions = [record]
      batch.selections = [(workspace: record.meta.workspace, session: 7)]
    }
    let reader = try store.makeReader()
    let read = try #require(try reader.session(record.meta.sessionID))
    #expect(read.record == record && read.eventSequence == 0)
    #expect(read.record.meta.workspace.utf8.elementsEqual(record.meta.workspace.utf8))
    #expect(try reader.selection(of: record.meta.workspace) == record.meta.sessionID)

    var changed = record
    changed.meta.executedFlowID = "other"
    changed.meta.lastUsedFlowID = "last"
    changed.meta.providerID = "p"
    changed.meta.modelID = "m"
    changed.meta.mode = .batch
    changed.meta.revision = UInt64(Int64.max)
    changed.meta.updatedAt = Samples.time(.min)
    changed.closedAt = nil
    changed.archivedAt = Samples.time(3)
    try store.commit { batch in
      batch.changedSessions = [changed]
      batch.selections = [(workspace: record.meta.workspace, session: nil)]
    }
    #expect(try reader.session(record.meta.sessionID)?.record == changed)
    #expect(try reader.selection(of: record.meta.workspace) == nil)
  }

  @Test("Runs, with awkward text", arguments: Samples.awkward)
  func runs(_ text: String) throws {
    let folder = TemporaryFolder()
    let store = try SQLiteStore(folder)
    let reader = try store.makeReader()
    for (number, status) in RunStatus.allCases.enumerated() {
      let record = Samples.run(
        Int64(number + 1), requestID: text.isEmpty ? "" : "\(number)\(text)", status: status, text: text)
      try store.commit { batch in
        if number == 0 {
          batch.newSessions = [Samples.session(1)]
          batch.definitions = [Samples.definition(json: Array(text.utf8))]
        }
        batch.newRuns = [record]
      }
      #expect(try reader.run(record.id) == record)
      if !text.isEmpty { #expect(try reader.run(session: 1, requestID: record.requestID) == record) }
      #expect(try reader.finishedAt(of: record.key) == record.finishedAt)
      var changed = record
      changed.status = .interrupted
      changed.startedAt = nil
      changed.finishedAt = Samples.time(9)
      changed.cancelRequested = .graceful
      changed.error = text + "!"
      changed.report = text + "?"
      changed.outputs = Array(#"{"a":1}"#.utf8)
      changed.mode = .interactive
      changed.isPauseRequested = true
      changed.isStepping = true
      try store.commit { $0.changedRuns = [changed] }
      #expect(try reader.run(record.id) == changed)
    }
    #expect(try reader.definition("hash") == StoredDefinition(canonicalJSON: Array(text.utf8)))
    #expect(try reader.definition("other") == nil)
    #expect(try reader.run(session: 1, requestID: "") == nil)
  }

  @Test("Definitions keep the first file they came from")
  func definitions() throws {
    let folder = TemporaryFolder()
    let store = try SQLiteStore(folder)
    let reader = try store.makeReader()
    let first = Array("# first".utf8)
    for (source, kept) in [([], []), (first, first), (Array("# second".utf8), first), ([], first)] {
      try store.commit { $0.definitions = [Samples.definition(source: source)] }
      #expect(try reader.definition("hash") == StoredDefinition(canonicalJSON: Array("{}".utf8), source: kept))
    }
  }

  @Test("The definitions of sub-flows come with the one that runs them")
  func subflows() throws {
    let folder = TemporaryFolder()
    let store = try SQLiteStore(folder)
    let inner = Samples.definition("inner", source: [1])
    let run = Samples.run(1, subflows: ["f": "inner", "g\u{0}\"": "hash"])
    try store.commit { batch in
      batch.newSessions = [Samples.session(1)]
      batch.definitions = [Samples.definition(subflows: ["f": inner])]
      batch.newRuns = [run]
    }
    let reader = try store.makeReader()
    #expect(try reader.definition("inner") == StoredDefinition(canonicalJSON: inner.canonicalJSON, source: [1]))
    #expect(try reader.run(run.id) == run)
    #expect(throws: StoreError.self) { try store.commit { $0.newRuns = [Samples.run(2, subflows: ["f": "none"])] } }
  }

  @Test("Runs that are steps of runs, oldest first")
  func childRuns() throws {
    let folder = TemporaryFolder()
    let store = try SQLiteStore(folder)
    try store.commit { $0.addRun() }
    let reader = try store.makeReader()
    let parent = ParentRun(key: 1, id: RunID(Samples.uuid(1_001)), step: 7, attempt: 2, stepName: "look[2]", depth: 3)
    let children = (2...5).map { key in
      Samples.run(
        key, status: key == 3 ? .failed : .running, parent: parent, reusedFrom: key == 4 ? RunID(Samples.uuid(9)) : nil,
        group: key == 5 ? "deploy" : "")
    }
    try store.commit { $0.newRuns = children.reversed() }
    #expect(try reader.childRuns(of: 1) == children)
    #expect(try reader.childRuns(of: 2) == [])
    #expect(try reader.unfinishedRuns(of: 1) == [Samples.run(1)] + children.filter { $0.key != 3 })
    #expect(throws: StoreError.self) {
      let none = ParentRun(key: 99, id: parent.id, step: 0, attempt: 1, depth: 1)
      try store.commit { $0.newRuns = [Samples.run(6, parent: none)] }
    }
  }

  @Test("Environments are kept until they are deleted")
  func environments() throws {
    let folder = TemporaryFolder()
    let store = try SQLiteStore(folder)
    try store.commit { $0.addRun() }
    let reader = try store.makeReader()
    let entries = ["A=1", "B=", "C=a=b", "D=\n'é", "E=" + String(repeating: "y", count: 200_000)]
    try store.commit { $0.environments = [(run: 1, entries: entries)] }
    #expect(try reader.environment(of: 1) == entries)
    try store.commit { $0.environments = [(run: 1, entries: nil)] }
    #expect(try reader.environment(of: 1) == [])
  }

  @Test("Events, with and without a run, empty and large")
  func events() throws {
    let folder = TemporaryFolder()
    let store = try SQLiteStore(folder)
    let rows = [
      Samples.event(3, sequence: 1, bytes: 0), Samples.event(9, sequence: 2, run: 4),
      Samples.event(EventPosition(Int64.max), sequence: 3, bytes: 1_000_000),
    ]
    try store.commit { $0.events = rows }
    let read = try store.makeReader().events(.all(after: 0), limit: 10, bytes: .max)
    #expect(read.map(\.position) == rows.map(\.position))
    #expect(read.map(\.sequence) == rows.map(\.sequence))
    #expect(read.map(\.run) == rows.map(\.run))
    #expect(read.map(\.body) == rows.map(\.body))
  }
}
