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
      try store.commit { $0.changedRuns = [changed] }
      #expect(try reader.run(record.id) == changed)
    }
    #expect(try reader.definition("hash") == Array(text.utf8))
    #expect(try reader.definition("other") == nil)
    #expect(try reader.run(session: 1, requestID: "") == nil)
  }

  @Test("Steps and what they wrote")
  func steps() throws {
    let folder = TemporaryFolder()
    let store = try SQLiteStore(folder)
    try store.commit { $0.addRun() }
    let reader = try store.makeReader()
    let errors: [StepError?] = [nil] + StepError.Class.allCases.map { StepError($0, "why\u{0}not") }
    var written: [StepRecord] = []
    for (index, status) in StepStatus.allCases.enumerated() {
      let step = StepRecord(
        index: index, status: status, attempt: index * 1_000, startedAt: index == 0 ? nil : Samples.time(Int64(index)),
        finishedAt: index == 1 ? nil : Samples.time(2), exitCode: [nil, 0, -1, .max, .min][index % 5],
        error: errors[index % errors.count])
      written.append(step)
      try store.commit { $0.steps = [StoreBatch.StepRow(run: 1, step: step)] }
    }
    #expect(try reader.steps(of: 1) == written)
    written[3] = StepRecord(index: 3)
    try store.commit { $0.steps = [StoreBatch.StepRow(run: 1, step: written[3])] }
    #expect(try reader.steps(of: 1) == written)
    for (isOutCut, isErrCut) in [(false, false), (true, false), (false, true), (true, true)] {
      let output = StepOutput(
        stdout: [0, 255, 10], stderr: isOutCut ? [] : [1], stdoutTruncated: isOutCut, stderrTruncated: isErrCut)
      try store.commit { $0.outputs = [StoreBatch.OutputRow(run: 1, step: 2, output: output)] }
      #expect(try reader.output(of: 1, step: 2) == output)
    }
    #expect(try reader.output(of: 1, step: 3) == nil)
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
