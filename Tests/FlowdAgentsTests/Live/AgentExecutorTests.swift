import FlowdHTTP
import FlowdModel
import Glibc
import Testing

@testable import FlowdAgents

@Suite struct AgentExecutorTests {
  @Test func runsTakeTurnsAtThePlaces() async throws {
    let agents = try Agents(agentsMax: 1)
    let first = AttemptID.unique().run
    let second = AttemptID.unique().run
    var requests: [AgentRequest] = []
    for step in 0..<3 { requests.append(numbered(agents, first, step)) }
    requests.append(numbered(agents, second, 0))
    for request in requests { agents.executor.start(request) }
    try await eventually("all have finished") { agents.finished.count == 4 }
    #expect(agents.finished.last?.run == first, "the other run did not wait for all of them")
  }

  private func numbered(_ agents: Agents, _ run: RunID, _ step: Int) -> AgentRequest {
    var request = agents.request(shell: "echo x")
    request.attempt = AttemptID(run: run, step: step, attempt: 1)
    return request
  }

  @Test func oneThatWaitsIsCancelledAtOnce() async throws {
    let agents = try Agents(agentsMax: 1)
    let busy = agents.start(agents.request(shell: "echo x; sleep 100"))
    let waiting = agents.start(agents.request(shell: "echo y"))
    try await eventually("one has begun") { agents.text(of: busy) == "x\n" }
    agents.executor.terminate(waiting)
    #expect(try await agents.result(of: waiting).outcome == .cancelled)
    #expect(agents.reports(of: waiting).count == 1)
    agents.executor.terminate(busy)
    #expect(try await agents.result(of: busy).outcome == .cancelled)
  }

  @Test func aShutdownLeavesNothingAndSaysNothing() async throws {
    let agents = try Agents()
    let attempt = agents.start(agents.request(shell: "echo x; sleep 100"))
    try await eventually("it has begun") { agents.text(of: attempt) == "x\n" }
    agents.executor.shutdown()
    #expect(agents.resultIfFinished(attempt) == nil)
    try await eventually("no process is left") { agents.processes(of: attempt).isEmpty }
  }

  @Test func theLauncherOfACommandIsReportedFirst() async throws {
    let agents = try Agents()
    let request = agents.request(shell: "echo x")
    _ = try await agents.result(request)
    guard case .launched(let identity)? = agents.reports(of: request.attempt).first else {
      Issue.record("nothing was launched")
      return
    }
    #expect(identity.pid > 0)
  }

  @Test func waitingAgentsKeepTheirOrderWithinARun() {
    var line = WaitingAgents()
    let runs = [AttemptID.unique().run, AttemptID.unique().run]
    for (run, step) in [(0, 1), (0, 2), (1, 3), (0, 4), (1, 5)] {
      let attempt = AttemptID(run: runs[run], step: step, attempt: 1)
      line.append(
        AgentRequest(
          attempt: attempt, provider: ProviderDefinition(id: "p"), model: "m", prompt: "", workingDirectory: "/"))
    }
    let attempt = AttemptID(run: runs[0], step: 2, attempt: 1)
    #expect([line.remove(attempt), line.remove(attempt)] == [true, false])
    var steps: [Int] = []
    while let next = line.popFirst() { steps.append(next.attempt.step) }
    #expect(steps == [1, 3, 4, 5])
    #expect(line.isEmpty)
  }

  // MARK: what is hidden

  @Test func keysAndWhatTheConfigurationAddsAreHidden() {
    let hidden = HiddenPaths.all(
      homes: ["/home/u", "/other"], more: ["~/private", "/run/flowd", "relative", "/run/flowd", "~"])
    for path in [
      "/home/u/.ssh", "/home/u/.gnupg", "/home/u/.aws", "/home/u/.netrc", "/home/u/.kube",
      "/home/u/.docker/config.json", "/home/u/private", "/run/flowd", "/home/u", "/other/.ssh", "/other/private",
    ] {
      #expect(hidden.contains(path), "\(path)")
    }
    #expect(!hidden.contains("relative"))
    #expect(hidden.filter { $0 == "/run/flowd" }.count == 1)
    #expect(HiddenPaths.all(homes: [], more: ["~/x", "/y"]) == ["/y"])
  }

  @Test func aHiddenPathHidesWhatIsBelowIt() throws {
    let folder = try TemporaryFolder()
    #expect(HiddenPaths.hide("\(folder.path)/below", ["/nowhere", folder.path]))
    #expect(HiddenPaths.hide(folder.path, [folder.path]))
    #expect(!HiddenPaths.hide("\(folder.path)x", [folder.path]))
  }

  @Test func anAgentCannotReadWhatIsHidden() async throws {
    let place = try TemporaryFolder()
    _ = try place.write("key", "swordfish")
    let agents = try Agents(hidden: [place.path])
    let result = try await agents.result(
      agents.request(shell: "cat \(place.path)/key 2>&1; ls \(place.path) 2>&1; true"))
    let text = String(decoding: result.stdout, as: UTF8.self)
    #expect(!text.contains("swordfish"))
    #expect(text.contains("denied"))
  }

  @Test func whatIsHiddenIsSaidByEachRequest() async throws {
    let place = try TemporaryFolder()
    _ = try place.write("key", "swordfish")
    let agents = try Agents(directory: "\(place.path)/agents")
    for hidden in [[], [place.path], []] {
      let request = agents.request(command: ["/bin/sh", "-c", "cat \"$0\" \(place.path)/key", "{prompt_file}"]) {
        command, request in
        command.promptBy = .file
        request.rules.hiddenPaths = hidden
      }
      let text = String(decoding: try await agents.result(request).stdout, as: UTF8.self)
      // The prompt's file is never among what is hidden.
      #expect(text == (hidden.isEmpty ? "the promptswordfish" : "the prompt"))
    }
  }

  // MARK: checks

  private func check(
    _ agents: Agents, _ kind: ProviderKind, rules: AgentRules = AgentRules()
  ) async -> ProviderCheck {
    await withCheckedContinuation { continuation in
      agents.executor.check(ProviderDefinition(id: "p", kind: kind), rules: rules) {
        continuation.resume(returning: $0)
      }
    }
  }

  @Test func aProgramTellsItsVersion() async throws {
    let agents = try Agents()
    let program = try agents.folder.write("agent", "#!/bin/sh\necho \"agent 1.2 ($1)\"\necho more\n", mode: 0o755)
    let check = await check(agents, .agent(AgentCommand(command: [program, "run"])))
    #expect(check == ProviderCheck(installed: .yes, version: "agent 1.2 (--version)"))
  }

  @Test func aProgramThatIsNotThereIsNotInstalled() async throws {
    let agents = try Agents()
    let check = await check(agents, .agent(AgentCommand(command: ["no-such-agent"])))
    #expect(check.installed == .no)
    #expect(check.detail.contains("no-such-agent"))
    #expect(await self.check(agents, .agent(AgentCommand(command: []))).installed == .no)
    #expect(await self.check(agents, .unspecified).detail.contains("kind"))
  }

  @Test func aProgramThatFailsToTellItsVersionIsInstalledAllTheSame() async throws {
    let agents = try Agents()
    let program = try agents.folder.write("agent", "#!/bin/sh\nexit 4\n", mode: 0o755)
    let check = await check(agents, .agent(AgentCommand(command: [program])))
    #expect(check.installed == .yes)
    #expect(check.detail.contains("exit code 4"))
  }

  @Test func aServerThatIsNotThereIsNotReachable() async throws {
    let agents = try Agents()
    let check = await check(agents, .openAI(OpenAIProvider(baseURL: "http://127.0.0.1:1/v1")))
    #expect(check.reachable == .no)
    #expect(!check.detail.isEmpty)
  }

  @Test func anAddressThatTheConfigurationDeniesIsNotAsked() async throws {
    let server = try ChatServer { _, _ in false }
    let agents = try Agents()
    let provider = ProviderKind.openAI(OpenAIProvider(baseURL: server.baseURL))
    let denied = await check(agents, provider, rules: AgentRules(network: NetworkPolicy(allowsLoopback: false)))
    #expect(denied.reachable == .no && denied.detail.contains("network policy"), "\(denied.detail)")
    #expect(server.requests.isEmpty)
  }

  @Test func aKeyThatIsNotSetIsNamed() async throws {
    let agents = try Agents()
    let check = await check(agents, .openAI(OpenAIProvider(baseURL: "http://127.0.0.1:1", key: Secret("NO_KEY"))))
    #expect(check.authorised == .no)
    #expect(check.detail.contains("NO_KEY"))
  }

  @Test func whatAServerAnswersTellsHowItIs() throws {
    let provider = OpenAIProvider(baseURL: "http://h/v1/", key: Secret("K", value: "swordfish-42"))
    let listing = try ModelListing(provider, KnownSecrets(values: [:]), policy: NetworkPolicy())
    #expect(listing.call.url == "http://h/v1/models")
    #expect(listing.call.auth == .bearer("swordfish-42"))
    func check(_ status: Int, _ body: String = "") -> ProviderCheck {
      listing.check(.init(status: status, body: Array(body.utf8)), .completed)
    }
    let good = check(200, #"{"data":[{"id":"a"},{"id":"swordfish-42"},{"no":1},{"id":""}]}"#)
    #expect(good == ProviderCheck(reachable: .yes, authorised: .yes, models: ["a", "[secret]"]))
    #expect(check(401).authorised == .no)
    #expect(check(403).authorised == .no)
    #expect(check(404).authorised == .unknown)
    #expect(check(500).reachable == .yes)
    #expect(check(200, "<html>").detail.contains("list of models"))
  }
}
