import FlowdEngine
import FlowdModel
import Testing

@Suite("Commands of steps")
struct CommandTests {
  private func request(
    _ flow: FlowDefinition, _ start: StartRequest = StartRequest(), step: String = "a"
  ) throws -> (CommandRequest, RunRecord) {
    let (lab, session) = try Lab.withSession(flow)
    let run = try lab.start(session, start)
    return (try #require(lab.request(run.id, step)), run)
  }

  private func flow(_ change: (inout FlowDefinition) -> Void) -> FlowDefinition {
    var flow = FlowDefinition(id: "f", name: "f", steps: [Flows.step("a")])
    change(&flow)
    return flow
  }

  @Test("A script goes to its shell as it is; arguments are rendered one by one")
  func arguments() throws {
    let (script, _) = try request(flow { $0.steps[0].action = .run(.shell(script: "echo ${{ x }}", shell: "bash")) })
    #expect(script.arguments == ["bash", "-e", "-c", "echo ${{ x }}"])
    let (program, run) = try request(
      flow { flow in
        flow.inputs = [InputDefinition(name: "name")]
        flow.steps[0].action = .run(
          .arguments([
            Template("printf"), Template([.text("<"), .reference(.input("name")), .text(">")]),
            Template([.reference(.run(.id)), .reference(.run(.flow)), .reference(.run(.model))]),
          ]))
      }, StartRequest(inputs: .object([.init("name", .string("${{ inputs.name }} a\"; b"))])))
    #expect(program.arguments == ["printf", "<${{ inputs.name }} a\"; b>", "\(run.id)fm"])
  }

  @Test("Later entries win: client, inputs, FLOWD_, flow, step; other names of the client stay")
  func environmentPrecedence() throws {
    let client = [
      "PATH=/bin", "INPUT_A=client", "FLOWD_STEP_ID=client", "X=client", "Y=client", "=odd", "noequals", "E=a=b",
    ]
    let (request, run) = try request(
      flow { flow in
        flow.inputs = [InputDefinition(name: "a", defaultValue: .number("7"))]
        flow.env = [
          EnvironmentEntry(name: "X", value: Template("flow")), EnvironmentEntry(name: "Y", value: Template("flow")),
          EnvironmentEntry(name: "FLOWD_MODEL", value: Template("flow")),
        ]
        flow.steps[0].env = [EnvironmentEntry(name: "Y", value: Template([.text("step "), .reference(.input("a"))]))]
      }, StartRequest(environment: client))
    let values = Dictionary(
      request.environment.map { entry in
        let name = entry.prefix { $0 != "=" }
        return (String(name), String(entry.dropFirst(name.count + 1)))
      }
    ) { first, second in "twice: \(first), \(second)" }
    let expected = [
      "PATH": "/bin", "INPUT_A": "7", "FLOWD_STEP_ID": "a", "X": "flow", "Y": "step 7", "FLOWD_MODEL": "flow",
      "E": "a=b",
      "FLOWD_RUN_ID": run.id.description, "FLOWD_SESSION_ID": run.sessionID.description, "FLOWD_FLOW": "f",
      "FLOWD_PROVIDER": "p", "FLOWD_WORKSPACE": "/w",
    ]
    for (name, value) in expected { #expect(values[name] == value, "\(name)") }
    #expect(!request.environment.contains("noequals"))
  }

  @Test("Names of the environment are told apart byte by byte")
  func exactNames() throws {
    let (request, _) = try request(
      flow { $0.env = [EnvironmentEntry(name: "caf\u{E9}", value: Template("flow"))] },
      StartRequest(environment: ["cafe\u{301}=client"]))
    #expect(request.environment.contains { $0.utf8.elementsEqual("cafe\u{301}=client".utf8) })
    #expect(request.environment.contains { $0.utf8.elementsEqual("caf\u{E9}=flow".utf8) })
  }

  @Test(
    "The directory is the step's, from the run's, else the workspace",
    arguments: [
      (nil, "", "/w"), (nil, "/run", "/run"), ("sub", "/run", "/run/sub"), ("/abs", "/run", "/abs"),
      ("sub", "", "/w/sub"),
    ] as [(String?, String, String)])
  func directory(_ step: String?, _ run: String, _ expected: String) throws {
    let (request, _) = try request(
      flow { $0.steps[0].workingDirectory = step.map { Template($0) } }, StartRequest(cwd: run))
    #expect(request.workingDirectory == expected)
  }

  @Test("Later steps and the report see what earlier ones wrote and how they ended")
  func references() throws {
    let (lab, session) = try Lab.withSession(
      flow { flow in
        flow.steps[0].continueOnError = true
        flow.steps.append(Flows.step("b", needs: [Need(step: 0)]))
        flow.steps[1].env = [
          EnvironmentEntry(
            name: "SEEN",
            value: Template([
              .reference(.step(0, .stdout)), .text("|"), .reference(.step(0, .exit)), .text("|"),
              .reference(.step(0, .status)), .text("|"), .reference(.step(0, .error)), .text("|"),
              .reference(.step(0, .stderr)),
            ]))
        ]
        flow.report = Template([.reference(.step(0, .stdout)), .text(" then "), .reference(.step(1, .status))])
      })
    let run = try lab.start(session)
    lab.finish(run.id, "a", .exited(4), stdout: "out ${{ run.id }}")
    let environment = try #require(lab.request(run.id, "b")?.environment)
    #expect(environment.contains("SEEN=out ${{ run.id }}|4|failed|exited with code 4|"))
    lab.finish(run.id, "b")
    #expect(lab.store.run(run.id)?.report == "out ${{ run.id }} then succeeded")
  }

  @Test("A report is cut at its bound and says so; one of a run that did not get far has gaps")
  func reports() throws {
    let long = String(repeating: "é", count: Limits.reportBytesMax / 2) + "!"
    let (lab, session) = try Lab.withSession(
      flow { $0.report = Template([.text(long), .reference(.step(0, .stdout))]) })
    let run = try lab.start(session)
    _ = try lab.cancel(session, run.id, .force)
    lab.finish(run.id, "a", .cancelled)
    let report = try #require(lab.store.run(run.id)?.report)
    #expect(report.hasSuffix("\n\n(cut off: the report is \(Limits.reportBytesMax + 1) bytes)\n"))
    #expect(report.utf8.count < Limits.reportBytesMax + 100)
  }
}
