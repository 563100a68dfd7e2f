@testable import FlowdEngine
import FlowdModel
import Testing

/// What is read of earlier steps takes a bounded amount of memory, however much those produced.
@Suite("Bounds of what is read")
struct OutputBoundTests {
  private static let run = "uses: run, with: { command: \"true\" }"
  private static let piece = 1_048_576

  /// `c` is a list of steps with 1 MiB each and `more` bytes, and `gate` lets what follows begin.
  private static func lab(_ count: Int, more: Int = 0, _ rest: String) throws -> (Lab, RunID) {
    let (lab, run) = try Lab.running(
      """
      steps:
        - { id: c, \(Self.run), foreach: "${{ (function() local l = {} for i = 1, \(count + 1) do l[i] = i end return l end)() }}" }
        - { id: gate, \(Self.run) }
      \(rest)
      """)
    let text = String(repeating: "x", count: piece)
    for index in 0..<count { lab.finish(run, "c[\(index)]", stdout: text) }
    lab.finish(run, "c[\(count)]", stdout: String(repeating: "x", count: more))
    return (lab, run)
  }

  private func machine(_ lab: Lab, _ run: RunID) throws -> RunMachine {
    let session = try #require(lab.store.run(run)?.sessionID)
    return try #require(lab.engine.lanes[session]?.state?.run(run))
  }

  @Test("As much as is allowed can be read at once, and not a byte more", arguments: [0, 1])
  func bound(_ more: Int) throws {
    let count = Limits.readAtOnceBytesMax / Self.piece
    let (lab, run) = try Self.lab(
      count, more: more,
      """
        - { id: r, \(Self.run), continue-on-error: true, env: { SEEN: "${{ #map(steps.c, function(c) return c.outputs end) }}" } }
        - { id: last, \(Self.run) }
      """)
    let machine = try machine(lab, run)
    lab.finish(run, "gate")
    if more == 0 {
      #expect(lab.request(run, "r")?.environment.contains("SEEN=\(count + 1)") == true, "\(lab.error(run, "r") ?? "")")
    } else {
      let error = try #require(lab.error(run, "r"))
      #expect(error.hasPrefix("f.flow.yaml:4: the results of steps that are read here take more than 64 MiB"))
      #expect(error.contains("'c[\(count)]'"))
      #expect(lab.step(run, "r")?.error?.errorClass == .fatal)
      #expect(lab.runningSteps(run) == ["last"])
    }
    #expect(machine.outputs.loadedByteCount == 0)
    #expect(lab.broken.isEmpty)
  }

  @Test("One reading brings no more than a run keeps in memory and the output that was asked for")
  func pieces() throws {
    let (lab, run) = try Self.lab(
      20, "  - { id: r, \(Self.run), env: { SEEN: \"${{ steps.c[1].exit + #steps.c[1].stdout }}\" } }")
    let machine = try machine(lab, run)
    let attempt = try #require(lab.running(run).first?.attempt)
    lab.report([lab.executor.finish(attempt, .exited(0))])
    var most = 0
    while lab.running(run).isEmpty {
      lab.takeLoads()
      if !lab.requested.isEmpty { lab.readOne() }
      if !lab.readings.isEmpty { lab.deliverOne() }
      most = max(most, machine.outputs.loadedByteCount)
      lab.seal()
      lab.write()
      lab.finishCommit()
    }
    #expect(lab.runningSteps(run) == ["r"])
    #expect(most <= Limits.runOutputsBytesMax + Self.piece)
  }

  @Test("Steps that wait for what they read begin one after the other")
  func oneAfterTheOther() throws {
    let (lab, run) = try Lab.running(
      """
      steps:
        - { id: a, \(Self.run), needs: [] }
        - { id: b, \(Self.run), needs: [] }
        - { id: gate, \(Self.run), needs: [a, b] }
        - { id: c, \(Self.run), needs: [gate], env: { SEEN: "${{ #steps.a.stdout }}" } }
        - { id: d, \(Self.run), needs: [gate], env: { SEEN: "${{ #steps.b.stdout }}" } }
      """)
    let text = String(repeating: "x", count: Self.piece)
    lab.finish(run, "a", stdout: text)
    lab.finish(run, "b", stdout: text)
    let attempt = try #require(lab.running(run).first?.attempt)
    lab.report([lab.executor.finish(attempt, .exited(0))])
    lab.takeLoads()
    #expect(lab.requested.count == 1)
    lab.settle()
    #expect(lab.runningSteps(run) == ["c", "d"])
  }

  @Test("A script is given small outputs, and told where large ones are", arguments: [false, true])
  func scripts(_ restarts: Bool) throws {
    let (lab, run) = try Self.lab(
      3, more: 10,
      """
        - id: s
          uses: script
          with:
            lua: |
              local n = 0
              for _, c in ipairs(steps.c) do n = n + #c.stdout end
              return { n, steps.c[4].item, steps.c[2].status, steps.gate.exit }
      """)
    if restarts {
      lab.restart()
      lab.resume()
      lab.settle()
    }
    lab.runsScripts = false
    lab.finish(run, "gate")
    let script = try #require(lab.work(run, "s")?.script)
    let children = try #require(script.steps.first { $0.id == "c" }?.children)
    #expect(children.count == 4)
    for child in children.prefix(3) {
      guard case .stored = child.output else {
        Issue.record("a large output went along")
        continue
      }
    }
    if !restarts { #expect(children[3].output == .inMemory(StepOutput(stdout: [UInt8](repeating: 0x78, count: 10)))) }
    lab.runsScripts = true
    lab.settle()
    let value = try #require(lab.output(run, "s")?.details.result, "\(lab.error(run, "s") ?? "")")
    #expect(
      JSONWriter.bytes(of: value, .compact)
        == Array(#"[\#(3 * Self.piece + 10),4,"succeeded",0]"#.utf8))
  }

  @Test("A report reads what its expressions need one after the other")
  func report() throws {
    let count = Limits.readAtOnceBytesMax / Self.piece + 2
    let parts = (1...count).map { "${{ steps.c[\($0)].exit }}${{ #steps.c[\($0)].stdout }}" }.joined(separator: " ")
    let (lab, run) = try Self.lab(count, "report: \"\(parts)\"")
    lab.finish(run, "gate")
    #expect(lab.status(run) == .succeeded)
    #expect(lab.report(of: run) == Array(repeating: "0\(Self.piece)", count: count).joined(separator: " "))
  }

  @Test("Many small values take the memory that is counted for them")
  func weight() throws {
    let text = "[" + Array(repeating: "[1]", count: 100_000).joined(separator: ",") + "]"
    let value = try JSONValue(parsing: Array(text.utf8))
    #expect(value.memoryBytes > 6_000_000)
    #expect(JSONValue.string(text).memoryBytes < text.utf8.count + 100)
    #expect(StepDetails(result: value).memoryBytes >= value.memoryBytes)
  }
}
