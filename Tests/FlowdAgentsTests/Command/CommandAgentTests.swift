import FlowdModel
import FlowdSteps
import Testing

@testable import FlowdAgents

/// What an agent's command was told to do.
private final class Commander: AgentCommander {
  private struct State: Sendable {
    var started: [CommandRequest] = []
    var written: [UInt8] = []
    var acknowledged = 0
    var terminated = 0
    var closed = 0
  }

  private let state = Locked(State())

  var started: [CommandRequest] { state.withLock { $0.started } }
  var written: String { String(decoding: state.withLock { $0.written }, as: UTF8.self) }
  var acknowledged: Int { state.withLock { $0.acknowledged } }
  var terminated: Int { state.withLock { $0.terminated } }
  var closed: Int { state.withLock { $0.closed } }

  func start(_ request: CommandRequest) { state.withLock { $0.started.append(request) } }
  func terminate(_ attempt: AttemptID) { state.withLock { $0.terminated += 1 } }
  func acknowledge(_ attempt: AttemptID, bytes: Int) { state.withLock { $0.acknowledged += bytes } }
  func write(_ attempt: AttemptID, _ bytes: [UInt8]) { state.withLock { $0.written += bytes } }
  func closeInput(_ attempt: AttemptID) { state.withLock { $0.closed += 1 } }
}

/// An attempt without a process, on a clock that the test moves.
private final class Played {
  let commander = Commander()
  let agent: CommandAgent
  private(set) var now = MonotonicInstant.now
  private let log = Locked<[StepReport.Kind]>([])

  init(_ output: AgentCommand.Output, _ change: (inout AgentCommand, inout AgentRequest) -> Void = { _, _ in }) {
    var command = AgentCommand(command: ["agent"], output: output, silenceMax: .seconds(60))
    var request = AgentRequest(
      attempt: .unique(), provider: ProviderDefinition(id: "p"), model: "", prompt: "do", workingDirectory: "/w")
    change(&command, &request)
    request.provider.kind = .agent(command)
    agent = CommandAgent(
      request, command, commander: commander,
      surroundings: .init(
        secrets: KnownSecrets(values: [:]), prompts: PromptPlace(directory: "/nowhere"), homes: [], own: ["/h"])
    ) { [log] kind in log.withLock { $0.append(kind) } }
    agent.start(now: now)
  }

  var reports: [StepReport.Kind] { log.withLock { $0 } }
  var outcome: StepResult.Outcome? { if case .finished(let result)? = reports.last { result.outcome } else { nil } }
  var isAsked: Bool { reports.contains { if case .asked = $0 { true } else { false } } }

  func pass(_ duration: Duration) {
    now = now + duration
    if agent.dueAt <= now { agent.handleDueTimes(now: now) }
  }

  func write(_ text: String) {
    agent.take(.output(OutputChunk(stream: .standardOutput, text: Array(text.utf8), offset: 0)), now: now)
  }

  func end(_ outcome: StepResult.Outcome = .exited(0)) { agent.take(.finished(StepResult(outcome: outcome)), now: now) }

  /// An ACP agent up to its first question.
  func ask() {
    write(#"{"id":0,"result":{"protocolVersion":1}}"# + "\n" + #"{"id":1,"result":{"sessionId":"s1"}}"# + "\n")
    write(
      #"{"id":9,"method":"session/request_permission","params":{"sessionId":"s1","toolCall":{"toolCallId":"c","kind":"read"},"#
        + #""options":[{"optionId":"y","name":"Yes","kind":"allow_once"},{"optionId":"n","name":"No","kind":"reject_once"}]}}"#
        + "\n")
  }
}

@Suite struct CommandAgentTests {
  @Test func noAgentIsEverUnconfined() {
    let reading = Played(.text)
    #expect(reading.commander.started.first?.confinement == Confinement(writable: [], hidden: ["/h"]))
    let writing = Played(.text) { $1.isReadOnly = false }
    #expect(writing.commander.started.first?.confinement == Confinement(writable: ["/w"], hidden: ["/h"]))
  }

  @Test func readOnlyArgumentsAreForReadOnlySteps() {
    let reading = Played(.text) { command, _ in command.readOnlyArguments = ["--plan"] }
    #expect(reading.commander.started.first?.arguments == ["agent", "--plan"])
    let writing = Played(.text) { command, request in
      command.readOnlyArguments = ["--plan"]
      request.isReadOnly = false
    }
    #expect(writing.commander.started.first?.arguments == ["agent"])
  }

  @Test func aVariableOfTheProviderTakesThePlaceOfTheRuns() {
    let played = Played(.text) { command, request in
      request.environment = ["A=1", "B=2", "AB=3"]
      request.environmentSecrets = [EnvironmentSecret("C", SecretText([.secret(Secret("S", value: "swordfish"))]))]
      command.environment = [.init("A", SecretText("new"))]
    }
    #expect(played.commander.started.first?.environment == ["B=2", "AB=3", "C=swordfish", "A=new"])
  }

  @Test func silenceEndsAnAgentAndAnyByteBeginsItAnew() {
    let played = Played(.text)
    played.pass(.seconds(59))
    played.write("x")
    played.pass(.seconds(59))
    #expect(played.commander.terminated == 0)
    played.pass(.seconds(2))
    #expect(played.commander.terminated == 1)
    played.end(.cancelled)
    guard case .agentFailed(.timeout, _, _)? = played.outcome else {
      Issue.record("\(played.reports)")
      return
    }
  }

  @Test func anAgentThatIsNotReadIsNotSilent() {
    let played = Played(.text)
    played.write(String(repeating: "x", count: Limits.unacknowledgedOutputBytesMax))
    #expect(played.commander.acknowledged == 0)
    played.pass(.seconds(100))
    #expect(played.commander.terminated == 0)
    played.agent.acknowledge(bytes: Limits.unacknowledgedOutputBytesMax, now: played.now)
    #expect(played.commander.acknowledged == Limits.unacknowledgedOutputBytesMax)
    played.pass(.seconds(61))
    #expect(played.commander.terminated == 1)
  }

  @Test func theTimeoutIsNotSilences() {
    let played = Played(.text) { $1.timeout = .seconds(30) }
    played.pass(.seconds(29))
    #expect(played.commander.terminated == 0)
    played.pass(.seconds(1))
    #expect(played.commander.terminated == 1)
    played.write("late")
    played.end(.cancelled)
    #expect(played.outcome == .timedOut)
  }

  @Test func thePersonsTimeIsNotTheAgents() {
    let played = Played(.acp) {
      $1.timeout = .seconds(30); $1.mayAsk = true
    }
    played.pass(.seconds(10))
    played.ask()
    #expect(played.isAsked)
    #expect(played.agent.dueAt == .never)
    played.pass(.seconds(100_000))
    played.agent.answer(question: "permission-1", "Yes", now: played.now)
    #expect(played.commander.written.hasSuffix(#""optionId":"y"}}}"# + "\n"))
    played.pass(.seconds(19))
    #expect(played.commander.terminated == 0)
    played.pass(.seconds(1))
    #expect(played.commander.terminated == 1)
  }

  @Test func anAgentThatDoesNotBeginHasLessPatience() {
    let played = Played(.acp) { command, _ in command.silenceMax = .seconds(3_600) }
    played.pass(Limits.agentHandshakeMax)
    #expect(played.commander.terminated == 1)
    let patient = Played(.acp) {
      $0.silenceMax = .seconds(3_600); $1.mayAsk = true
    }
    patient.ask()
    patient.agent.answer(question: "permission-1", "No", now: patient.now)
    patient.pass(Limits.agentHandshakeMax)
    #expect(patient.commander.terminated == 0)
  }

  @Test func anAgentThatIsDeafToACancelIsEndedAfterAGrace() {
    let played = Played(.acp) { $1.mayAsk = true }
    played.ask()
    played.agent.terminate(now: played.now)
    #expect(played.commander.terminated == 0)
    #expect(played.commander.written.contains("session/cancel"))
    played.pass(Limits.agentCancelGrace)
    #expect(played.commander.terminated == 1)
    played.end(.cancelled)
    #expect(played.outcome == .cancelled)
  }

  @Test func anAgentThatHasAnsweredMayEndByItself() {
    let played = Played(.acp)
    played.write(#"{"id":0,"result":{"protocolVersion":1}}"# + "\n" + #"{"id":1,"result":{"sessionId":"s1"}}"# + "\n")
    played.write(
      #"{"method":"session/update","params":{"sessionId":"s1","update":{"sessionUpdate":"agent_message_chunk","#
        + #""content":{"type":"text","text":"hi"}}}}"# + "\n")
    played.write(#"{"id":2,"result":{"stopReason":"end_turn"}}"# + "\n")
    #expect(played.commander.closed == 1)
    #expect(played.commander.terminated == 0)
    #expect(played.outcome == nil, "its processes are not gone yet")
    played.pass(Limits.agentExitGrace)
    #expect(played.commander.terminated == 1)
    played.end(.signalled(15))
    #expect(played.outcome == .answered)
  }

  @Test func nothingIsReportedAfterTheEnd() {
    let played = Played(.text)
    played.write("x")
    played.end()
    let count = played.reports.count
    played.write("y")
    played.end()
    played.agent.terminate(now: played.now)
    played.agent.acknowledge(bytes: 5, now: played.now)
    played.agent.answer(question: "q", "a", now: played.now)
    played.pass(.seconds(1_000))
    #expect(played.reports.count == count)
    #expect(played.agent.dueAt == .never)
  }

  @Test func cancellingBetweenTwoAttemptsAtJSONEndsIt() {
    let played = Played(.text) { $1.output = .json }
    played.write("no")
    played.end()
    #expect(played.commander.started.count == 2)
    played.agent.terminate(now: played.now)
    played.end(.cancelled)
    #expect(played.outcome == .cancelled)
    #expect(played.commander.started.count == 2)
  }
}
