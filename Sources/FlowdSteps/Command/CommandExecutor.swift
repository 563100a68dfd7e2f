package import FlowdModel
internal import Glibc

/// Runs commands: each under a `flowd-launch` of its own, all driven by one thread.
///
/// Of each attempt it reports `launched`, then `output` as it is written, then `finished`, exactly once and last; an
/// attempt that could not be started, or was cancelled while it waited, has `finished` only. When `finished` is reported no
/// process of the attempt is left (`docs/STEPS.md` names the exceptions).
///
/// Beyond `Options.processesMax` commands wait their turn, first come, first served.
package final class CommandExecutor: Sendable {
  /// What an executor may be told to do differently; the defaults are the product's.
  package struct Options: Sendable {
    /// Commands with a process at one time.
    package var processesMax = Limits.processesMax
    /// Between SIGTERM and SIGKILL when a command is cancelled, times out, or its daemon dies.
    package var grace = Duration.seconds(Limits.terminationGraceSeconds)
    /// The same for what a command that ended by itself left behind.
    package var leftoverGrace = Duration.seconds(Limits.leftoverGraceSeconds)
    /// Output of one attempt that is not acknowledged, before its pipes are no longer read. One more read of 16 KiB may go
    /// beyond it, and when the command has ended what is left in its pipes.
    package var unacknowledgedOutputBytesMax = Limits.unacknowledgedOutputBytesMax
    /// How long after the grace the launcher may take to end the tree before it is killed itself.
    package var launcherPatience = Duration.seconds(35)
    /// Of one stream of one attempt, as chunks.
    package var streamedOutputBytesMax = Limits.streamedOutputBytesMax
    /// Of one stream of one attempt, in its result.
    package var capturedOutputBytesMax = Limits.capturedOutputBytesMax
    /// How long output is gathered at most; zero: each read is handed on.
    package var outputGathering = Duration.milliseconds(Limits.outputGatheringMilliseconds)
    /// At most 15 bytes.
    package var threadName = "steps"
    /// Where the private directories of confined commands are made: absolute, in a directory that exists, and of this
    /// executor alone, which empties it when it starts. `nil`: no confined command is started.
    package var privateDirectory: String?
    /// Has the secrets that requests do not bring themselves.
    package var secrets: (any SecretSource)?

    /// The product's values.
    package init() {}
  }

  private let mailbox: OrderQueue<CommandOrder>
  private let thread: OwnThread

  /// Starts the executor's thread.
  ///
  /// - Parameters:
  ///   - launcherPath: Of the `flowd-launch` of the same version.
  ///   - deliver: Called on the executor's thread with what happened, in order per attempt. While it runs nothing is read
  ///     from any command, so it only hands on.
  /// - Throws: `.launcherUnusable`, or `.system` when the process is short of descriptors or threads.
  package init(
    launcherPath: String, options: Options = Options(), deliver: @escaping @Sendable ([StepReport]) -> Void
  ) throws(StepsError) {
    guard access(launcherPath, X_OK) == 0 else {
      throw .launcherUnusable(path: launcherPath, code: errno)
    }
    Self.occupyStandardDescriptors()
    let mailbox = try OrderQueue<CommandOrder>()
    let privateDirectories = try options.privateDirectory.map { path throws(StepsError) in
      try PrivateDirectories(in: path)
    }
    let loop = try CommandLoopSetup(
      launcherPath: launcherPath, options: options, privateDirectories: privateDirectories, mailbox: mailbox,
      deliver: deliver)
    do {
      thread = try OwnThread(named: options.threadName) { CommandLoop(loop).run() }
    } catch {
      throw .system(call: "pthread_create", code: error.code)
    }
    self.mailbox = mailbox
  }

  /// Starts a command, or lets it wait for a place. Returns at once.
  ///
  /// - Parameter request: Of an attempt that was not started before.
  package func start(_ request: CommandRequest) { mailbox.post(.start(request)) }

  /// Ends an attempt by force: SIGTERM to all its processes, the grace, SIGKILL; it finishes as `cancelled`.
  ///
  /// An attempt that waits finishes at once. One that has finished, or whose command has ended already, is not changed.
  package func terminate(_ attempt: AttemptID) { mailbox.post(.terminate(attempt)) }

  /// Tells that output was taken over: its bytes no longer count against what may be outstanding.
  ///
  /// - Parameter bytes: The sizes of `OutputChunk.text` of chunks that were delivered.
  package func acknowledge(_ attempt: AttemptID, bytes: Int) { mailbox.post(.acknowledge(attempt, bytes: bytes)) }

  /// Writes to the standard input of an attempt whose request says `.stream`, from its start on, also while it waits.
  ///
  /// What the command has no room for waits; past `Limits.standardInputBytesMax` the attempt is ended by force and finishes
  /// as `agentFailed`. What is written to one that reads no more, or has finished, is dropped.
  package func write(_ attempt: AttemptID, _ bytes: [UInt8]) { mailbox.post(.write(attempt, bytes)) }

  /// Ends an attempt's standard input, after all that was written to it.
  package func closeInput(_ attempt: AttemptID) { mailbox.post(.closeInput(attempt)) }

  /// Ends all commands (SIGTERM, one second, SIGKILL) and the thread; returns when it has ended, after at most 5 s.
  ///
  /// Nothing is delivered any more, so attempts cut off here look like those that a crash cut off. Not to be called from
  /// `deliver`. Later calls of any method do nothing.
  package func shutdown() {
    mailbox.post(.shutDown)
    thread.join()
  }

  /// A pipe that got number 0, 1 or 2 would be overwritten while a launcher is prepared.
  private static func occupyStandardDescriptors() {
    for descriptor in Int32(0)...2 where fcntl(descriptor, F_GETFD) < 0 {
      _ = open("/dev/null", O_RDWR)
    }
  }
}
