import FlowdEngine
import FlowdModel
import Testing

@Suite("Commands of steps")
struct CommandTests {
  private func request(
    _ yaml: String, _ start: StartRequest = StartRequest()
  ) throws -> (CommandRequest, RunRecord) {
    let (lab, session) = try Lab.withSession(try Flows.parse("f", yaml))
    let run = try lab.start(session, start)
    return (try #require(lab.request(run.id, "a")), run)
  }

  @Test("A script goes to its shell as it is; arguments are rendered one by one")
  func arguments() throws {
    let (script, _) = try request("steps: [{ id: a, uses: run, with: { command: \"echo $X\", shell: bash } }]")
    #expect(script.arguments == ["bash", "-e", "-c", "echo $X"])
    let (program, run) = try request(
      """
      inputs: { name: string }
      steps:
        - id: a
          uses: run
          with: { command: [printf, "<${{ inputs.name }}>", "${{ run.id }}${{ run.flow }}${{ run.model }}"] }
      """, StartRequest(inputs: .object([.init("name", .string("${{ inputs.name }} a\"; b"))])))
    #expect(program.arguments == ["printf", "<${{ inputs.name }} a\"; b>", "\(run.id)fm"])
  }

  @Test("Later entries win: client, inputs, FLOWD_, flow, step; other names of the client stay")
  func environmentPrecedence() throws {
    let client = [
      "PATH=/bin", "INPUT_A=client", "FLOWD_STEP_ID=client", "X=client", "Y=client", "=odd", "noequals", "E=a=b",
    ]
    let (request, run) = try request(
      """
      inputs: { a: { type: number, default: 7 } }
      env: { X: flow, Y: flow }
      steps: [{ id: a, uses: run, with: { command: "true" }, env: { Y: "step ${{ inputs.a }}" } }]
      """, StartRequest(environment: client))
    let values = Dictionary(
      request.environment.map { entry in
        let name = entry.prefix { $0 != "=" }
        return (String(name), String(entry.dropFirst(name.count + 1)))
      }
    ) { first, second in "twice: \(first), \(second)" }
    let expected = [
      "PATH": "/bin", "INPUT_A": "7", "FLOWD_STEP_ID": "a", "X": "flow", "Y": "step 7", "FLOWD_MODEL": "m",
      "E": "a=b", "FLOWD_RUN_ID": run.id.description, "FLOWD_SESSION_ID": run.sessionID.description,
      "FLOWD_FLOW": "f", "FLOWD_PROVIDER": "p", "FLOWD_WORKSPACE": "/w",
    ]
    for (name, value) in expected { #expect(values[name] == value, "\(name)") }
    #expect(!request.environment.contains("noequals"))
  }

  @Test("Names of the environment are told apart byte by byte")
  func exactNames() throws {
    var flow = FlowDefinition(id: "f", name: "f", steps: [Flows.step("a")])
    flow.env = [EnvironmentEntry(name: "caf\u{E9}", value: Template("flow"))]
    let (lab, session) = try Lab.withSession(flow)
    let run = try lab.start(session, StartRequest(environment: ["cafe\u{301}=client"]))
    let request = try #require(lab.request(run.id, "a"))
    #expect(request.environment.contains { $0.utf8.elementsEqual("cafe\u{301}=client".utf8) })
    #expect(request.environment.contains { $0.utf8.elementsEqual("caf\u{E9}=flow".utf8) })
  }

  @Test(
    "The directory is the step's, from the run's, else the workspace",
    arguments: [
      (nil, "", "/w"), (nil, "/run", "/run"), ("sub", "/run", "/run/sub"), ("/abs", "/run", "/abs"),
      ("sub", "", "/w/sub"), ("${{ 's' .. 'ub' }}", "", "/w/sub"),
    ] as [(String?, String, String)])
  func directory(_ step: String?, _ run: String, _ expected: String) throws {
    let cwd = step.map { ", cwd: \"\($0)\"" } ?? ""
    let (request, _) = try request(
      "steps: [{ id: a, uses: run, with: { command: \"true\" }\(cwd) }]", StartRequest(cwd: run))
    #expect(request.workingDirectory == expected)
  }

  @Test("The mask is the start's, for every attempt and in sub-flows, also after a restart", arguments: [false, true])
  func mask(_ restarts: Bool) throws {
    let command = "uses: run, with: { command: \"true\" }"
    let inner = try Flows.parse("inner", "steps: [{ id: x, \(command) }]")
    let flow = try Flows.parse(
      "f",
      """
      steps:
        - { id: a, \(command), needs: [] }
        - { id: call, uses: http, with: { url: "http://h/", save-to: out }, needs: [] }
        - { id: sub, uses: flow, with: { flow: inner }, needs: [] }
      """, subflows: [inner])
    let (lab, session) = try Lab.withSession(flow)
    let run = try lab.start(session, StartRequest(umask: FileMask(0o027))).id
    if restarts {
      lab.restart()
      lab.resume()
      lab.settle()
      #expect(lab.work(run, "a")?.request?.attempt.attempt == 2)
    }
    let child = try #require(lab.store.children(of: run).last)
    #expect(lab.request(run, "a")?.umask == FileMask(0o027))
    #expect(lab.work(run, "call")?.http?.umask == FileMask(0o027))
    #expect(child.umask == FileMask(0o027) && lab.request(child.id, "x")?.umask == FileMask(0o027))
    let other = try lab.start(session, StartRequest(ifActive: .parallel)).id
    #expect(lab.request(other, "a")?.umask == .ownerOnly)
  }

  @Test("Later steps and the report see what earlier ones wrote and how they ended")
  func references() throws {
    let (lab, run) = try Lab.running(
      """
      steps:
        - { id: a, uses: run, with: { command: "true" }, continue-on-error: true }
        - id: b
          uses: run
          with: { command: "true" }
          env:
            SEEN: ${{ steps.a.stdout }}|${{ steps.a.exit }}|${{ steps.a.status }}|${{ steps.a.error }}|${{ steps.a.stderr }}
      report: ${{ steps.a.stdout }} then ${{ steps.b.status }}
      """)
    lab.finish(run, "a", .exited(4), stdout: "out ${{ run.id }}")
    let environment = try #require(lab.request(run, "b")?.environment)
    #expect(environment.contains("SEEN=out ${{ run.id }}|4|failed|exited with code 4|"))
    lab.finish(run, "b")
    #expect(lab.report(of: run) == "out ${{ run.id }} then succeeded")
  }

  @Test("A mistake in an expression of a step fails the step and names the line")
  func located() throws {
    let (lab, run) = try Lab.running(
      """
      steps:
        - id: a
          uses: run
          with: { command: "true" }
          env: { X: "${{ inputs.missing.more }}" }
      """.replacing("inputs.missing", with: "run.id"))
    #expect(lab.status(run) == .failed)
    #expect(lab.error(run, "a")?.hasPrefix("f.flow.yaml:5: ") == true, "\(lab.error(run, "a") ?? "")")
  }

  @Test("A NUL reaches neither an argument nor the environment")
  func nul() throws {
    for place in [
      "with: { command: [echo, \"${{ 'a\\\\0b' }}\"] }", "with: { command: x }, env: { X: \"${{ 'a\\\\0b' }}\" }",
    ] {
      let (lab, run) = try Lab.running("steps: [{ id: a, uses: run, \(place) }]")
      #expect(lab.status(run) == .failed)
      #expect(lab.error(run, "a")?.contains("NUL") == true, "\(lab.error(run, "a") ?? "")")
    }
  }

  @Test("A report is cut at its bound and says so; one of a run that did not get far has gaps")
  func reports() throws {
    let long = String(repeating: "é", count: Limits.reportBytesMax / 2 - 100) + "!"
    let (lab, session) = try Lab.withSession(
      try Flows.parse(
        "f",
        """
        inputs: { long: string }
        steps: [{ id: a, uses: run, with: { command: "true" } }]
        report: "${{ inputs.long }}${{ steps.a.stdout }}${{ string.rep('x', 300) }}"
        """))
    let run = try lab.start(session, StartRequest(inputs: .object([.init("long", .string(long))])))
    _ = try lab.cancel(session, run.id, .force)
    lab.finish(run.id, "a", .cancelled)
    let report = try #require(lab.report(of: run.id))
    #expect(report.contains("\n\n(cut off: the report is longer than 1 MiB)\n"))
    #expect(report.utf8.count < Limits.reportBytesMax + 100)
  }
}
