package import FlowdHTTP
package import FlowdModel
package import FlowdSteps
internal import Glibc

/// Runs `agent` steps: commands of this machine, always confined, and servers that speak OpenAI's protocol.
///
/// Of each attempt it reports `launched` (a command's, once for each time that it is started), `output`, `activity` and
/// `asked`, then `finished`, exactly once and last. At most `Limits.agentsMax` agents are under way at one time; runs
/// take turns at the places.
package final class AgentExecutor: Sendable {
  private let mailbox: OrderQueue<AgentOrder>
  private let commands: CommandExecutor
  private let clock: AlarmClock
  private let thread: OwnThread
  private let isShutDown: Locked<Bool>

  /// Starts the executor's threads.
  ///
  /// - Parameters:
  ///   - launcherPath: Of the `flowd-launch` of the same version.
  ///   - client: Outlives the executor.
  ///   - secrets: Has the secrets that requests do not bring themselves.
  ///   - directory: Absolute, of this executor alone, 0700; it is made if it is not there. Agents' temporary
  ///     directories are below it, and what an earlier executor left there is removed.
  ///   - hiddenPaths: What agents may not read beside the user's keys and what their requests' rules add: the daemon's
  ///     own directories; absolute, or with `~/`.
  ///   - deliver: Called with what happened, in order per attempt, on several threads. It only hands on.
  /// - Throws: The launcher or the directory cannot be used, or the process is short of descriptors or threads.
  package convenience init(
    launcherPath: String, client: HTTPClient, secrets: any SecretSource, directory: String, hiddenPaths: [String],
    deliver: @escaping @Sendable ([StepReport]) -> Void
  ) throws(StepsError) {
    try self.init(
      launcherPath: launcherPath, client: client, secrets: secrets, directory: directory, hiddenPaths: hiddenPaths,
      agentsMax: Limits.agentsMax, deliver: deliver)
  }

  init(
    launcherPath: String, client: HTTPClient, secrets: any SecretSource, directory: String, hiddenPaths: [String],
    agentsMax: Int, deliver: @escaping @Sendable ([StepReport]) -> Void
  ) throws(StepsError) {
    guard mkdir(directory, 0o700) == 0 || errno == EEXIST else { throw .system(call: "mkdir", code: errno) }
    let mailbox = try OrderQueue<AgentOrder>()
    let isShutDown = Locked(false)
    let hand: @Sendable ([StepReport]) -> Void = { reports in
      if !isShutDown.withLock({ $0 }) { deliver(reports) }
    }
    var options = CommandExecutor.Options()
    options.threadName = "agent-commands"
    options.processesMax = agentsMax + Self.checksMax
    options.streamedOutputBytesMax = Limits.agentWrittenBytesMax
    options.capturedOutputBytesMax = Limits.previewBytesMax
    options.outputGathering = .zero
    options.privateDirectory = "\(directory)/private"
    commands = try CommandExecutor(launcherPath: launcherPath, options: options) { mailbox.post(.reports($0)) }
    let clock: AlarmClock
    do {
      clock = try AlarmClock()
    } catch {
      commands.shutdown()
      throw error
    }
    let prompts = PromptPlace(directory: directory)
    prompts.sweep()
    let setup = AgentLoop.Setup(
      mailbox: mailbox, commands: commands, client: client,
      surroundings: CommandPlan.Surroundings(
        secrets: secrets, prompts: prompts, homes: HiddenPaths.homesOfUser, own: hiddenPaths),
      makeDriver: { request, provider, report in
        OpenAIDriver(request, provider, client: client, secrets: secrets, clock: clock, report: report)
      }, deliver: hand, agentsMax: agentsMax)
    do {
      // Its agents refer back to it for as long as it runs.
      thread = try OwnThread(named: "agents") {
        let loop = AgentLoop(setup)
        withExtendedLifetime(loop) { loop.run() }
      }
    } catch {
      commands.shutdown()
      clock.shutdown()
      throw .system(call: "pthread_create", code: error.code)
    }
    self.mailbox = mailbox
    self.clock = clock
    self.isShutDown = isShutDown
  }

  /// Places for commands beside those of agents: versions that are asked for.
  private static let checksMax = 8

  /// Starts an attempt, or lets it wait for a place. Returns at once.
  ///
  /// - Parameter request: Of an attempt that was not started before.
  package func start(_ request: AgentRequest) { mailbox.post(.start(request)) }

  /// Ends an attempt by force: an ACP agent is told to cancel, then its processes get SIGTERM and SIGKILL; it finishes
  /// as `cancelled` with what it has answered so far.
  ///
  /// An attempt that waits finishes at once. One that has finished is not changed.
  package func terminate(_ attempt: AttemptID) { mailbox.post(.terminate(attempt)) }

  /// Gives a person's answer to a question that an attempt asked; one to another question does nothing.
  package func answer(_ attempt: AttemptID, question: String, option: String) {
    mailbox.post(.answer(attempt, question: question, option: option))
  }

  /// Tells that output was taken over: its bytes no longer count against what may be outstanding.
  package func acknowledge(_ attempt: AttemptID, bytes: Int) { mailbox.post(.acknowledge(attempt, bytes: bytes)) }

  /// Finds out whether a provider can be used: its program is there and tells its version, or its server lists its
  /// models.
  ///
  /// - Parameters:
  ///   - rules: As of an attempt's request.
  ///   - then: Called once, on a thread of the executor's or the client's, after some seconds at most; not after
  ///     `shutdown`.
  package func check(
    _ provider: ProviderDefinition, rules: AgentRules, then: @escaping @Sendable (ProviderCheck) -> Void
  ) {
    mailbox.post(.check(provider, rules, then: then))
  }

  /// Ends all agents and the threads; returns when they have ended, after at most some seconds.
  ///
  /// Nothing is delivered any more, so attempts cut off here look like those that a crash cut off. Not to be called
  /// from `deliver`. Later calls of any method do nothing.
  package func shutdown() {
    isShutDown.withLock { $0 = true }
    mailbox.post(.shutDown)
    thread.join()
    commands.shutdown()
    clock.shutdown()
  }
}

extension CommandExecutor: AgentCommander {}
