import FlowdModel
import Testing

@testable import FlowdCLI

/// Commands as a user types them, against the real daemon.
@Suite(.timeLimit(.minutes(1))) struct CommandTests {
  private let sandbox: Sandbox

  init() throws {
    sandbox = try Sandbox()
    try sandbox.write(
      flow: "good",
      """
      name: Good
      inputs:
        times: { type: number, default: 1 }
      steps:
        - id: one
          uses: run
          with: { command: "echo out $GREETING; echo err >&2" }
        - id: two
          uses: run
          with: { command: "pwd" }
      report: "# Done in ${{ inputs.times }}"
      """)
    try sandbox.write(
      flow: "bad", "name: Bad\nsteps:\n  - id: one\n    uses: run\n    with: { command: 'echo oh; exit 3' }\n")
    try sandbox.write(
      flow: "slow", "name: Slow\nsteps:\n  - id: one\n    uses: run\n    with: { command: 'sleep 20' }\n")
  }

  @Test func runTellsTheRunAndItsReport() async {
    let result = await sandbox.run("run", "good", "--input", "times=2", "--env", "GREETING=hello")
    #expect(result.code == .ok)
    let lines = result.output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    #expect(lines.first?.hasSuffix(" started: good, 2 steps") == true)
    #expect(lines.contains("one | out hello"))
    #expect(lines.contains("one | err"))
    #expect(lines.contains("two | \(sandbox.workspace)"))
    #expect(lines.suffix(3) == ["", "# Done in 2", ""])
    #expect(result.errors.hasPrefix("opened session "))
  }

  @Test func aFailedRunExitsWithOne() async {
    let result = await sandbox.run("run", "bad")
    #expect(result.code == .failed)
    #expect(result.output.contains("one: failed after"))
  }

  @Test func runPrintsOneJSONEventALine() async throws {
    let result = await sandbox.run("run", "good", "--json")
    #expect(result.code == .ok)
    let kinds = try result.output.split(separator: "\n").map { line in
      let event = try JSONValue(parsing: Array(line.utf8))
      return ["runStarted", "stepStarted", "stepOutput", "stepFinished", "runFinished"].first { event[$0] != nil }
    }
    #expect(kinds.first == "runStarted")
    #expect(kinds.last == "runFinished")
    #expect(!kinds.contains(nil))
  }

  @Test func anActiveRunIsNamedWithWhatToDo() async {
    let first = await sandbox.run("start", "slow")
    let id = first.output.split(separator: "\n").first.map(String.init) ?? ""
    #expect(ShortID.isWhole(id))
    let second = await sandbox.run("start", "slow")
    #expect(second.code == .refused)
    #expect(second.errors.contains("run \(ShortID.of(id)) is active in this session"))
    #expect(second.errors.contains("flowctl cancel \(ShortID.of(id))"))
    #expect(second.errors.contains("--if-active queue"))
    let cancel = await sandbox.run("cancel", "--force", ShortID.of(id))
    #expect(cancel.output == "run \(ShortID.of(id)) is being ended\n")
    let watch = await sandbox.run("watch", id)
    #expect(watch.code == .failed)
    let shown = await sandbox.run("show", id)
    #expect(shown.output.hasPrefix("⊘ slow · cancelled"))
  }

  @Test func anUnknownFlowIsMetWithThoseThereAre() async {
    let result = await sandbox.run("run", "god")
    #expect(result.code == .refused)
    #expect(result.errors.contains("no flow \"god\" is visible from the session's workspace\n  did you mean good?\n"))
    #expect(result.errors.contains("flows here: bad, good,"))
  }

  @Test func setChangesWhatMetaShows() async throws {
    let set = await sandbox.run("set", "--flow", "good", "--mode", "batch")
    #expect(set.code == .ok)
    #expect(set.output.hasPrefix("flow good, "))
    let meta = await sandbox.run("meta", "--json")
    let json = try JSONValue(parsing: Array(meta.output.utf8))
    #expect(json["meta"]?["executedFlowId"] == .string("good"))
    #expect(json["meta"]?["mode"] == .string("RUN_MODE_BATCH"))
    let stale = await sandbox.run("set", "--flow", "bad", "--if-revision", "1")
    #expect(stale.code == .refused)
    #expect(stale.errors.contains("it is now: flow good"))
  }

  @Test func logsGiveTheBytesOfAStep() async {
    _ = await sandbox.run("run", "good", "-e", "GREETING=\u{1B}[31mred")
    let output = await sandbox.run("logs", "last", "one", "--stdout")
    #expect(output.output == "out \u{1B}[31mred\n")
    let errors = await sandbox.run("logs", "last", "one", "--stderr")
    #expect(errors.output == "err\n")
    let missing = await sandbox.run("logs", "last", "on")
    #expect(missing.code == .refused)
    #expect(missing.errors.contains("has no step 'on'; did you mean 'one'?"))
  }

  @Test func callTakesAndGivesJSON() async {
    let result = await sandbox.run("call", "session.new", "{\"workspace\": \"/w\", \"title\": \"T\"}")
    #expect(result.code == .ok)
    #expect(result.output.contains("\"workspace\":\"/w\",\"title\":\"T\""))
    let wrong = await sandbox.run("call", "session.new", "{\"workspce\": \"/w\"}")
    #expect(wrong.code == .usage)
    #expect(wrong.errors.contains("$.workspce: unknown field; did you mean workspace?"))
    let full = await sandbox.run("call", "flowd.v1.DaemonService/Status", "--defaults")
    #expect(full.code == .ok)
    let stream = await sandbox.run("call", "event.watch", "{\"all\": true, \"untilNow\": true}")
    #expect(stream.output.split(separator: "\n").allSatisfy { $0.hasPrefix("{\"event\":{") })
  }

  @Test func withoutADaemonThereIsAnExitCodeForIt() async {
    let result = await sandbox.run("meta", "--no-spawn")
    #expect(result.code == .unreachable)
    #expect(result.errors.contains("no daemon is running"))
    let json = await sandbox.run("meta", "--no-spawn", "--json")
    #expect(json.errors.hasPrefix("{\"error\":{\"message\":"))
  }

  @Test func anotherSessionCanBeNamed() async {
    let first = await sandbox.run("new")
    let second = await sandbox.run("new")
    let id = first.output.split(separator: "\n").first.map(String.init) ?? ""
    #expect(id != second.output.split(separator: "\n").first.map(String.init))
    let byOption = await sandbox.run("meta", "--session", ShortID.of(id))
    #expect(byOption.output.hasPrefix("session   \(id)\n"))
    let byVariable = await sandbox.run("meta", environment: ["FLOWD_SESSION": id])
    #expect(byVariable.output.hasPrefix("session   \(id)\n"))
    let selected = await sandbox.run("select", ShortID.of(id))
    #expect(selected.code == .ok)
    let plain = await sandbox.run("meta")
    #expect(plain.output.hasPrefix("session   \(id)\n"))
    let closed = await sandbox.run("close")
    #expect(closed.output == "closed session \(ShortID.of(id))\n")
  }

  @Test func validateFindsEveryMistakeAndExitsWithOne() async throws {
    try sandbox.write(flow: "broken", "steps:\n  - id: a\n    use: run\n")
    let result = await sandbox.run("validate", "broken")
    #expect(result.code == .failed)
    #expect(result.output.contains("broken.flow.yaml:"))
    let good = await sandbox.run("validate", "\(sandbox.workspace)/.flowd/flows/good.flow.yaml")
    #expect(good.code == .ok)
  }

  @Test func aWrongConfigurationIsToldByDoctorAndByTheStart() async throws {
    try sandbox.write(config: "defualts: 3\n")
    let doctor = await sandbox.run("doctor")
    #expect(doctor.code == .failed)
    #expect(doctor.output.contains("config.yaml:1:1: error: unknown key 'defualts'"))
    let meta = await sandbox.run("meta")
    #expect(meta.code == .unreachable)
    #expect(meta.errors.contains("flowd exited with 1; the end of its log \(sandbox.path)/state/flowd/flowd.log:"))
    #expect(meta.errors.contains("unknown key 'defualts'"))
  }

  @Test func tablesListRunsFlowsAndProviders() async {
    _ = await sandbox.run("run", "good")
    let runs = await sandbox.run("runs")
    #expect(runs.output.split(separator: "\n").count == 2)
    #expect(runs.output.contains("good  succeeded"))
    let flows = await sandbox.run("flows")
    #expect(flows.output.contains("\ngood"))
    let sessions = await sandbox.run("sessions", "--all")
    #expect(sessions.output.contains("\n*  "))
    let providers = await sandbox.run("providers")
    #expect(providers.code == .ok)
    let status = await sandbox.run("status")
    #expect(status.output.contains(" is serving (pid "))
    let doctor = await sandbox.run("doctor")
    #expect(doctor.code == .ok, "\(doctor.output)")
  }
}
