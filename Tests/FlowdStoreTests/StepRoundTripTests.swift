import FlowdModel
import FlowdStore
import Testing

@Suite("Steps are read as they were written")
struct StepRoundTripTests {
  private func withRun() throws -> (TemporaryFolder, SQLiteStore, SQLiteReader) {
    let folder = TemporaryFolder()
    let store = try SQLiteStore(folder)
    try store.commit { $0.addRun() }
    return (folder, store, try store.makeReader())
  }

  @Test("Every status, error, time and number")
  func plainSteps() throws {
    let (folder, store, reader) = try withRun()
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
    withExtendedLifetime(folder) {}
  }

  private static func question(_ text: String, _ number: Int) -> PendingQuestion {
    PendingQuestion(
      id: "\(text)#1", reason: number % 2 == 0 ? .input : .error, prompt: text, kind: .choice,
      options: number % 3 == 0 ? [] : [text, ""], defaultValue: number % 2 == 0 ? nil : .array([.string(text), .null]),
      askedAt: Samples.time(Int64(number)), timeout: number % 2 == 0 ? nil : .milliseconds(number * 1_000))
  }

  @Test("Children, retries, timers, questions and runs of their own come and go")
  func wholeSteps() throws {
    let (folder, store, reader) = try withRun()
    var written: [StepRecord] = []
    for (number, text) in Samples.awkward.enumerated() {
      written.append(
        StepRecord(
          index: 3 + number, parent: number == 0 ? nil : 2, item: number == 0 ? nil : number - 1,
          status: .waitingInput, attempt: 2, retries: number, firstStartedAt: Samples.time(1),
          startedAt: Samples.time(2), wakeAt: Samples.time(.max), childCount: number == 0 ? 0 : nil,
          firstChild: number == 0 ? 3 : nil,
          question: StepRoundTripTests.question(text, number), childRun: RunID(Samples.uuid(Int64(number)))))
    }
    try store.commit { $0.steps = written.map { StoreBatch.StepRow(run: 1, step: $0) } }
    #expect(try reader.steps(of: 1) == written)
    let plain = written.map { StepRecord(index: $0.index, status: .succeeded, attempt: 3) }
    try store.commit { $0.steps = plain.map { StoreBatch.StepRow(run: 1, step: $0) } }
    #expect(try reader.steps(of: 1) == plain)
    withExtendedLifetime(folder) {}
  }

  /// As deep as a value of a script or a person may be.
  private static let deepest = (1...Limits.jsonDepthMax).reduce(JSONValue.null) { inner, _ in .array([inner]) }

  static let details: [StepDetails] = [
    StepDetails(), StepDetails(result: .null), StepDetails(result: deepest),
    StepDetails(outputs: [.init("a", deepest), .init("b", .number("1.50"))]),
    StepDetails(
      checks: [
        CheckResult(check: "stdout == 'a'", passed: false, seen: "b\u{0}", line: 3),
        CheckResult(check: "", passed: true, seen: ""),
      ]),
    StepDetails(written: WrittenBytes(stdout: 3_000_000, stderr: 0)), StepDetails(items: []),
    StepDetails(items: [deepest, .null]), StepDetails(report: ""),
    StepDetails(
      result: .string("x"), outputs: [.init("", .bool(true))], items: [.object([])], report: Samples.awkward.last),
  ]

  @Test("Output with all its details, and its size", arguments: details)
  func outputs(_ details: StepDetails) throws {
    let (folder, store, reader) = try withRun()
    for (isOutCut, isErrCut) in [(false, false), (true, false), (false, true), (true, true)] {
      let output = StepOutput(
        stdout: [0, 255, 10], stderr: isOutCut ? [] : [1], stdoutTruncated: isOutCut, stderrTruncated: isErrCut,
        details: details)
      try store.commit { $0.outputs = [StoreBatch.OutputRow(run: 1, step: 2, output: output)] }
      #expect(try reader.output(of: 1, step: 2) == output)
      #expect(try reader.outputSize(of: 1, step: 2) == output.byteCount)
    }
    try store.commit { $0.outputs = [StoreBatch.OutputRow(run: 1, step: 2, output: StepOutput())] }
    #expect(try reader.output(of: 1, step: 2) == StepOutput())
    #expect(try reader.output(of: 1, step: 3) == nil)
    #expect(try reader.outputSize(of: 1, step: 3) == nil)
    withExtendedLifetime(folder) {}
  }

  @Test("A copied output is what the original is; one that is not there is left out")
  func copies() throws {
    let (folder, store, reader) = try withRun()
    let output = StepOutput(
      stdout: [UInt8](repeating: 7, count: 50_000), stderr: [1], stderrTruncated: true,
      details: StepDetails(result: .bool(true)))
    try store.commit { batch in
      batch.newRuns = [Samples.run(2)]
      batch.outputs = [.init(run: 1, step: 3, output: output), .init(run: 1, step: 4, output: StepOutput(stdout: [2]))]
    }
    try store.commit { batch in
      batch.outputCopies = [
        .init(from: 1, fromStep: 3, to: 2, toStep: 5), .init(from: 1, fromStep: 4, to: 2, toStep: 4),
        .init(from: 1, fromStep: 9, to: 2, toStep: 9), .init(from: 1, fromStep: 6, to: 2, toStep: 6),
      ]
      // The last step of a run that ended just before it was run again.
      batch.outputs = [.init(run: 2, step: 4, output: output), .init(run: 1, step: 6, output: output)]
    }
    #expect(try reader.output(of: 2, step: 6) == output)
    #expect(try reader.output(of: 2, step: 5) == output)
    #expect(try reader.output(of: 2, step: 4) == output)
    #expect(try reader.output(of: 2, step: 9) == nil)
    withExtendedLifetime(folder) {}
  }

  @Test("Everything a restart needs comes in one go: the same as asked for one by one")
  func resumable() throws {
    let folder = TemporaryFolder()
    let store = try SQLiteStore(folder)
    try store.commit { batch in
      batch.newSessions = [Samples.session(1), Samples.session(2)]
      batch.definitions = [Samples.definition()]
      batch.newRuns = (1...12).map {
        Samples.run($0, session: $0 % 4 == 0 ? 2 : 1, status: $0 % 3 == 0 ? .failed : .running)
      }
      for run: Int64 in 1...12 where run != 5 {
        batch.environments.append((run: run, entries: ["RUN=\(run)"]))
        batch.steps += (0..<Int(run)).map { .init(run: run, step: StepRecord(index: $0, attempt: Int(run))) }
      }
    }
    let reader = try store.makeReader()
    for session: Int64 in 1...3 {
      let expected = try reader.unfinishedRuns(of: session).map { record in
        ResumableRun(
          record: record, environment: try reader.environment(of: record.key), steps: try reader.steps(of: record.key))
      }
      #expect(expected.count == [6, 2, 0][Int(session) - 1])
      #expect(try reader.resumableRuns(of: session) == expected)
    }
  }
}
