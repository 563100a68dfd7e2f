internal import CLinux
internal import FlowdClient
internal import FlowdModel
internal import FlowdWire
internal import Glibc

/// `flowctl doctor`
enum DoctorCommand: Command {
  static let spec = CommandSpec(
    "doctor", "Check that everything is in place",
    discussion: "Starts no daemon. Exits 1 when something is wrong.",
    examples: [Example("flowctl doctor", "each check with a hint where it fails")])

  /// One thing looked at.
  struct Check: Equatable {
    enum Result: String, Equatable {
      case ok, warning, wrong
    }

    var result: Result
    var text: String
    var hint = ""
  }

  static func run(_ context: Context, _ arguments: ParsedArguments) throws(CLIError) -> ExitCode {
    let socket = try context.socketPath()
    let client = FlowdClient(socket: socket, options: .init(autoSpawn: nil, timeout: .seconds(5)))
    let status = Result { () throws(ClientError) in try client.send(API.DaemonStatus.self, .init()).wait() }
    var checks = [directory(socket), daemon(status, socket)]
    checks.append(program("flowd", needed: "to start a daemon by itself"))
    checks.append(program("flowd-launch", needed: "to confine commands"))
    if case .success(let status) = status {
      checks.append(version(status.version))
      checks.append(health(status))
      if !status.statePath.isEmpty { checks.append(freeSpace(status.statePath)) }
    }
    checks.append(ConfinementCheck.check(landlock: clinux_landlock_version()))
    checks.append(config((try? status.get())?.configPath ?? "", context))
    checks.append(flows(context, client, isRunning: (try? status.get()) != nil))
    if case .success = status { checks += ProviderChecks.checks(of: socket, now: context.now) }
    show(checks, context)
    return checks.contains { $0.result == .wrong } ? .failed : .ok
  }

  private static func show(_ checks: [Check], _ context: Context) {
    if context.wantsJSON {
      let values = checks.map { check in
        JSONValue.object([
          .init("result", .string(check.result.rawValue)), .init("text", .string(check.text)),
          .init("hint", .string(check.hint)),
        ])
      }
      context.output.line(JSONValue.object([.init("checks", .array(values))]).text)
      return
    }
    let style = context.style
    let isUnicode = context.terminal.isUnicode
    for check in checks {
      let glyph =
        switch check.result {
        case .ok: style.green(isUnicode ? "✓" : "ok  ")
        case .warning: style.yellow(isUnicode ? "!" : "!   ")
        case .wrong: style.red(isUnicode ? "✗" : "FAIL")
        }
      context.output.line("\(glyph) \(TerminalText.sanitised(check.text))")
      if !check.hint.isEmpty { context.output.line("  \(style.dim(TerminalText.sanitised(check.hint)))") }
    }
  }

  private static func directory(_ socket: SocketPath) -> Check {
    do throws(ClientError) {
      guard try socket.checkDirectory(creating: false) else {
        return Check(
          result: .warning, text: "socket directory \(socket.directory) does not exist yet", hint: "the daemon makes it"
        )
      }
      return Check(result: .ok, text: "socket directory \(socket.directory) is yours alone")
    } catch {
      return Check(result: .wrong, text: error.message, hint: "repair it, or name another socket in $FLOWD_SOCKET")
    }
  }

  private static func daemon(
    _ status: Result<API.DaemonServiceStatusResponse, ClientError>, _ socket: SocketPath
  ) -> Check {
    switch status {
    case .success(let status):
      return Check(result: .ok, text: "daemon answers on \(socket.path) (pid \(status.pid))")
    case .failure(.unreachable(_, let reason)) where reason.hasPrefix("no daemon is running"):
      return Check(
        result: .warning, text: "no daemon is running", hint: "flowctl starts one when it needs it; or run: flowd")
    case .failure(let error): return Check(result: .wrong, text: error.message)
    }
  }

  private static func program(_ name: String, needed: String) -> Check {
    if let path = ProgramPath.find(name) { return Check(result: .ok, text: "\(name) found: \(path)") }
    return Check(
      result: .wrong, text: "\(name) was not found, which is needed \(needed)",
      hint: "install it beside flowctl or into a directory of $PATH")
  }

  private static func version(_ daemon: String) -> Check {
    if daemon == ClientVersion.text { return Check(result: .ok, text: "flowctl and flowd are both \(daemon)") }
    return Check(
      result: .warning, text: "flowctl is \(ClientVersion.text), the running flowd is \(daemon)",
      hint: "restart the daemon after an update")
  }

  private static func health(_ status: API.DaemonServiceStatusResponse) -> Check {
    let name = StatusCommand.healthName(status.health)
    if status.health == .serving { return Check(result: .ok, text: "daemon is \(name)") }
    return Check(
      result: .wrong, text: "daemon is \(name): \(status.healthMessage)",
      hint: status.health == .readOnly ? "free space on the disk that holds \(status.statePath)" : "")
  }

  private static func freeSpace(_ path: String) -> Check {
    var info = statvfs()
    guard statvfs(path, &info) == 0 else {
      return Check(result: .wrong, text: "cannot look at \(path): \(String(cString: strerror(errno)))")
    }
    let mebibytes = UInt64(info.f_bavail) * UInt64(info.f_frsize) / 1_048_576
    let text = "\(StatusCommand.grouped(mebibytes)) MiB free for \(path)"
    if mebibytes >= 256 { return Check(result: .ok, text: text) }
    return Check(
      result: mebibytes < 16 ? .wrong : .warning, text: text,
      hint: "free some space; writes are refused when it is full")
  }

  /// Lets flowd itself read the file: a daemon that runs may have read an older one.
  ///
  /// - Parameter path: Empty: the one that a daemon would read.
  private static func config(_ path: String, _ context: Context) -> Check {
    guard let flowd = ProgramPath.find("flowd") else {
      return Check(result: .warning, text: "configuration not checked, as there is no flowd to read it")
    }
    let arguments = ["--check-config"] + (path.isEmpty ? [] : ["--config", path])
    guard let result = ChildProcess.run(flowd, arguments, environment: context.environment) else {
      return Check(result: .wrong, text: "\(flowd) cannot be run")
    }
    if result.exitCode == 0 {
      let name = path.isEmpty ? "" : " \(path)"
      return Check(result: .ok, text: "configuration\(name) is valid")
    }
    let mistakes = result.errors.split(separator: "\n").map(String.init)
    return Check(
      result: .wrong, text: "configuration: \(mistakes.first ?? "not valid")",
      hint: mistakes.count > 1 ? "and \(mistakes.count - 1) more: flowd --check-config" : "")
  }

  private static func flows(_ context: Context, _ client: FlowdClient, isRunning: Bool) -> Check {
    guard isRunning else { return Check(result: .warning, text: "flows not checked, as no daemon is running") }
    do throws(ClientError) {
      let flows = try client.send(API.FlowList.self, .init(workspace: context.workspace)).wait().flows
      let invalid = flows.filter { $0.diagnostics.contains { $0.severity == .error } }.map(\.flowID)
      if invalid.isEmpty { return Check(result: .ok, text: "\(flows.count) flows visible from \(context.workspace)") }
      return Check(
        result: .wrong, text: "not valid: \(invalid.joined(separator: ", "))", hint: "flowctl validate \(invalid[0])")
    } catch {
      return Check(result: .wrong, text: error.message)
    }
  }
}
