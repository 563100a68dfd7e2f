internal import CLinux
internal import FlowdAgents
internal import FlowdHTTP
internal import FlowdModel
internal import FlowdSteps
internal import Glibc

/// Exit codes of `flowd`, after sysexits(3) where it has one.
package enum ExitCode {
  package static let ok: Int32 = 0
  /// It did not start; standard error says why.
  package static let failed: Int32 = 1
  package static let usage: Int32 = 2
  /// The disk failed in mid-write; the next start reads what is there.
  package static let diskFailed: Int32 = 74
}

extension DaemonOptions {
  func logSettings(_ config: Config) -> LogSettings {
    LogSettings(format: logFormat ?? config.log.format, level: logLevel ?? config.log.level)
  }
}

extension Daemon {
  /// Starts a daemon and serves until it is told to stop.
  ///
  /// - Returns: The exit code.
  package static func serve(_ options: DaemonOptions) -> Int32 {
    let log = Log(LogSettings(format: options.logFormat ?? .text, level: options.logLevel ?? .info))
    do throws(StartError) {
      try start(options, log)
      return ExitCode.ok
    } catch {
      log.error(error.message)
      return error.isTaken ? DaemonExitCode.taken : ExitCode.failed
    }
  }

  /// Reads the configuration as a start would, without starting.
  ///
  /// - Returns: The exit code; what is wrong was written to standard error, one mistake a line.
  package static func checkConfiguration(_ options: DaemonOptions) -> Int32 {
    switch DaemonParts.readConfig(options.config) {
    case .success: return ExitCode.ok
    case .failure(let error):
      let text = Array("\(error.message)\n".utf8)
      _ = write(STDERR_FILENO, text, text.count)
      return ExitCode.failed
    }
  }

  private static func start(_ given: DaemonOptions, _ log: Log) throws(StartError) {
    signal(SIGPIPE, SIG_IGN)
    var options = given
    // What the daemon makes is its user's alone, the files of SQLite too; what runs make is as they say.
    options.umask = FileMask(umask(FileMask.ownerOnly.bits))
    raiseDescriptorLimit()
    let signalFD = try blockSignals()
    let config = try DaemonParts.readConfig(options.config).get()
    log.configure(options.logSettings(config))

    let inherited = try Listener.inherited()
    let socketPath = inherited?.path ?? options.socket
    if inherited == nil { try PrivateDirectory.prepare(PrivateDirectory.parent(of: socketPath)) }
    try PrivateDirectory.prepare(options.state)
    let stateLock = try InstanceLock("\(options.state)/flowd.lock", guarding: "the state directory \(options.state)")
    let socketLock = try InstanceLock("\(socketPath).instance", guarding: "the socket \(socketPath)")
    // The socket comes last: whoever can connect is served.
    let parts = try DaemonParts(options, log: log, config: config, signalFD: signalFD)
    let listener: Listener
    if let inherited { listener = inherited } else { listener = try Listener.bind(socketPath) }
    let daemon = Daemon(parts, listener)
    log.info(
      "serving",
      ["socket": listener.path, "state": options.state, "version": Daemon.version, "pid": String(getpid())])
    ServiceManager.notify("READY=1\nSTATUS=serving \(listener.path)")
    daemon.run()
    daemon.finish()
    // Named here so that both locks are held to the very end.
    withExtendedLifetime((daemon, listener)) {}
    _ = consume stateLock
    _ = consume socketLock
  }

  /// Ends what the daemon started and leaves; a run in hand goes on at the next start.
  private func finish() {
    agents.shutdown()
    executor.shutdown()
    http.shutdown()
    client.shutdown()
    scripts.shutdown()
    writer.stop()
    reader.stop()
    history.stop()
    log.info("stopped")
  }

  /// SIGTERM, SIGINT and SIGHUP arrive as reads of a descriptor, in the loop's order; threads inherit the mask.
  private static func blockSignals() throws(StartError) -> Int32 {
    var set = sigset_t()
    sigemptyset(&set)
    for number in [SIGTERM, SIGINT, SIGHUP] { sigaddset(&set, number) }
    sigprocmask(SIG_BLOCK, &set, nil)
    let fd = signalfd(-1, &set, Int32(SFD_CLOEXEC | SFD_NONBLOCK))
    guard fd >= 0 else { throw StartError("cannot take signals: \(errnoText())") }
    return fd
  }

  private static func raiseDescriptorLimit() {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }
}
