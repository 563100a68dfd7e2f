@testable import FlowdEngine
import FlowdModel
import Testing

@Suite("Concurrency groups")
struct GroupTests {
  private static let yaml = """
    inputs: { place: string }
    concurrency: { group: "deploy ${{ default(inputs.place, 'x') }}" }
    steps: [{ id: a, uses: run, with: { command: "true" } }]
    """

  private let lab: Lab
  private let sessions: [SessionID]

  init() throws {
    let (lab, first) = try Lab.withSession(try Flows.parse("f", Self.yaml))
    self.lab = lab
    sessions = [first] + (try (0..<3).map { try lab.open("/w\($0)") })
  }

  private func start(_ session: Int, place: String = "x") throws -> RunID {
    let request = StartRequest(inputs: .object([.init("place", .string(place))]), ifActive: .parallel)
    return try lab.start(sessions[session], request).id
  }

  private func statuses(_ runs: [RunID]) -> [RunStatus?] { runs.map { lab.status($0) } }

  @Test("Runs of one group, in any session, come one after the other in their order; other groups do not wait")
  func order() throws {
    var runs = [try start(0), try start(1), try start(2), try start(1)]
    let other = try start(3, place: "elsewhere")
    #expect(statuses(runs) == [.running, .queued, .queued, .queued])
    #expect(lab.status(other) == .running)
    while let run = runs.first {
      lab.finish(run, "a", runs.count == 3 ? .exited(1) : .exited(0))
      runs.removeFirst()
      #expect(statuses(runs) == runs.indices.map { $0 == 0 ? .running : .queued })
    }
  }

  @Test("A queued run of the group can be cancelled, and a restart keeps who has it", arguments: [false, true])
  func cancelled(_ restarts: Bool) throws {
    let runs = [try start(0), try start(1), try start(2)]
    if restarts {
      lab.restart()
      lab.resume()
      lab.settle()
    }
    #expect(statuses(runs) == [.running, .queued, .queued])
    _ = try lab.cancel(sessions[1], runs[1], .force)
    #expect(statuses(runs) == [.running, .cancelled, .queued])
    lab.finish(runs[0], "a")
    #expect(statuses(runs) == [.succeeded, .cancelled, .running])
    #expect(lab.story(runs[2]).count { $0 == "queued" } == 1)
  }

  @Test("A restart keeps the order of those that wait, whatever their sessions")
  func orderAfterRestart() throws {
    var runs = [try start(0), try start(3), try start(1), try start(2)]
    lab.restart()
    lab.resume()
    lab.settle()
    while let run = runs.first {
      #expect(statuses(runs) == runs.indices.map { $0 == 0 ? .running : .queued })
      lab.finish(run, "a")
      runs.removeFirst()
    }
  }

  @Test("Runs of other sessions wait on for their group when the disk refuses the resumption of one")
  func refusedResumption() throws {
    let runs = [try start(0), try start(1), try start(2)]
    lab.restart()
    lab.resume()
    lab.seal()
    lab.failCommit()
    lab.allowWrites()
    lab.settle()
    for (place, run) in runs.enumerated() {
      #expect(statuses(runs).suffix(from: place) == [.running, .queued, .queued].prefix(3 - place))
      lab.finish(run, "a")
    }
  }

  @Test("When the disk refuses a run's end, its group is still its own, and nobody is forgotten")
  func refusedEnd() throws {
    let runs = [try start(0), try start(1), try start(2)]
    let attempt = try #require(lab.running(runs[0]).first?.attempt)
    lab.report([lab.executor.finish(attempt, .exited(0))])
    lab.seal()
    lab.failCommit()
    lab.settle()
    lab.allowWrites()
    // Before anything was read again.
    _ = lab.submit(
      .start(StartRequest(inputs: .object([]), ifActive: .parallel)), to: .session(sessions[3]))
    lab.settle()
    #expect(statuses(runs) == [.succeeded, .running, .queued])
    lab.finish(runs[1], "a")
    lab.finish(runs[2], "a")
    #expect(statuses(runs) == [.succeeded, .succeeded, .succeeded])
    #expect(lab.store.runs.values.count { $0.status == .running } == 1)
    #expect(lab.broken.isEmpty)
  }

  @Test("A start that the disk refused does not hold its group")
  func refusedStart() throws {
    _ = lab.submit(.start(StartRequest(ifActive: .parallel)), to: .session(sessions[0]))
    lab.takeLoads()
    lab.readOne()
    lab.deliverOne()
    lab.seal()
    lab.failCommit()
    lab.allowWrites()
    lab.settle()
    let run = try start(1)
    #expect(lab.status(run) == .running)
  }

  @Test("A group without a value refuses the start, and nothing is admitted")
  func invalid() throws {
    lab.flows["f"] = .found(
      try Flows.parse("f", Self.yaml.replacing("default(inputs.place, 'x')", with: "inputs.place")))
    let refusal = lab.refusal(of: .start(StartRequest()), on: sessions[0])
    #expect(refusal?.reason == "GROUP_INVALID")
    #expect(lab.store.runs.isEmpty)
  }

  @Test("A run that got in line again after a failed commit stays in line when the next one fails too")
  func inLineAfterTwoFailures() throws {
    let runs = [try start(0), try start(1)]
    _ = lab.submit(.setMode(.hybrid, expected: Expected()), to: .session(sessions[1]))
    lab.seal()
    lab.failCommit()
    lab.allowWrites()
    lab.settle()
    // Nothing but this is in the batch, and the place in line hangs on it.
    _ = lab.submit(.setMode(.hybrid, expected: Expected()), to: .session(sessions[2]))
    lab.seal()
    lab.failCommit()
    lab.allowWrites()
    lab.settle()
    lab.finish(runs[0], "a")
    #expect(statuses(runs) == [.succeeded, .running])
  }
}
