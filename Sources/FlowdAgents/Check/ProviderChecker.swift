internal import FlowdHTTP
internal import FlowdModel
internal import FlowdSteps
internal import Glibc

/// Finds out whether providers can be used; lives on the executor's thread.
final class ProviderChecker {
  private let commands: any AgentCommander
  private let client: HTTPClient
  private let surroundings: CommandPlan.Surroundings
  /// Versions that were asked for, by the attempts that were made up for them.
  private var asked: [AttemptID: @Sendable (ProviderCheck) -> Void] = [:]
  private var count = 0

  init(commands: any AgentCommander, client: HTTPClient, surroundings: CommandPlan.Surroundings) {
    self.commands = commands
    self.client = client
    self.surroundings = surroundings
  }

  /// - Parameter then: Called once, on this thread or the client's, at the latest after some seconds.
  func check(
    _ provider: ProviderDefinition, _ rules: AgentRules, then: @escaping @Sendable (ProviderCheck) -> Void
  ) {
    switch provider.kind {
    case .unspecified:
      then(ProviderCheck(detail: "the configuration does not say how it is reached: it has no kind"))
    case .agent(let command): check(command, hidden: surroundings.hidden(by: rules), then: then)
    case .openAI(let openAI): check(openAI, rules.network, then: then)
    }
  }

  // MARK: commands

  private func check(
    _ command: AgentCommand, hidden: [String], then: @escaping @Sendable (ProviderCheck) -> Void
  ) {
    guard let program = command.command.first else {
      then(ProviderCheck(installed: .no, detail: "the provider has no command; its recipe needs one"))
      return
    }
    let environment = Self.environment
    guard ProgramLookup(environment: environment, directory: "/").path(of: program) != nil else {
      let place = program.contains("/") ? "" : " in the PATH of flowd"
      then(ProviderCheck(installed: .no, detail: "there is no program \(quoted(program))\(place)"))
      return
    }
    count += 1
    let attempt = AttemptID(
      run: RunID(UUIDv7(at: .now, random: (UInt64(count), UInt64(getpid())))), step: 0, attempt: count)
    asked[attempt] = then
    commands.start(
      CommandRequest(
        attempt: attempt, arguments: [program, "--version"], environment: environment, workingDirectory: "/",
        timeout: Limits.agentVersionTimeout, confinement: Confinement(hidden: hidden)))
  }

  /// What the executor of commands says of an attempt that is no agent's.
  func take(_ report: StepReport) {
    switch report.kind {
    case .launched, .activity, .asked: break
    case .output(let chunk): commands.acknowledge(report.attempt, bytes: chunk.text.count)
    case .finished(let result):
      guard let then = asked.removeValue(forKey: report.attempt) else { return }
      then(Self.check(result))
    }
  }

  private static func check(_ result: StepResult) -> ProviderCheck {
    var check = ProviderCheck(installed: .yes)
    switch result.outcome {
    case .exited(0):
      let lines = String(decoding: result.stdout, as: UTF8.self).split(whereSeparator: \.isNewline)
      check.version = lines.first.map { String($0.prefix(200)) } ?? ""
    case .exited(let code): check.detail = "asked for its version (--version) it ended with exit code \(code)"
    case .signalled(let signal): check.detail = "asked for its version (--version) it was ended by signal \(signal)"
    case .timedOut:
      check.detail = "asked for its version (--version) it said nothing for \(Limits.agentVersionTimeout)"
    case .notStarted(let reason):
      check.installed = .no
      check.detail = reason
    case .agentFailed(_, let message, _): check.detail = message
    case .cancelled, .returned, .raised, .elapsed, .subflowFailed, .responded, .requestFailed, .answered:
      check.detail = "it could not be asked for its version"
    }
    return check
  }

  /// Of this process.
  private static var environment: [String] {
    var entries: [String] = []
    var next = environ
    while let entry = next.pointee {
      entries.append(String(cString: entry))
      next += 1
    }
    return entries
  }

  // MARK: servers

  private func check(
    _ provider: OpenAIProvider, _ policy: NetworkPolicy, then: @escaping @Sendable (ProviderCheck) -> Void
  ) {
    let listing: ModelListing
    do throws(SecretError) {
      listing = try ModelListing(provider, surroundings.secrets, policy: policy)
    } catch {
      then(ProviderCheck(authorised: .no, detail: error.message))
      return
    }
    let client = client
    let id = client.makeID()
    let received = Locked(ModelListing.Received())
    client.start(listing.call, as: id) { event in
      switch event {
      case .head(let head): received.withLock { $0.status = head.status }
      case .body(let bytes):
        received.withLock { $0.body += bytes }
        client.acknowledge(id, bytes: bytes.count)
      case .end(let end): then(listing.check(received.withLock { $0 }, end.result))
      }
    }
  }
}
