internal import FlowdModel
internal import FlowdServer

/// The command line of `flowd`.
enum CommandLineOptions {
  enum Outcome {
    case serve(DaemonOptions)
    case check(DaemonOptions)
    case print(String)
    case refuse(String)
  }

  static let help = """
    usage: flowd [--socket PATH] [--state DIR] [--config FILE] [--idle-exit DURATION]
                 [--log-format text|json] [--log-level error|warn|info|debug]

    Owns sessions and runs flows; clients reach it over a Unix socket. Clients such as
    flowctl start it by themselves, so you seldom do.

      --socket PATH         the socket to serve (default: $FLOWD_SOCKET, else
                            $XDG_RUNTIME_DIR/flowd/flowd.sock, else /tmp/flowd-UID/flowd.sock)
      --state DIR           the directory of the database (default: $XDG_STATE_HOME/flowd)
      --config FILE         the configuration (default: $XDG_CONFIG_HOME/flowd/config.yaml);
                            the user's flows are in flows/ beside it. SIGHUP reads it again
      --idle-exit DURATION  stop after that long without clients and runs, such as 10m
      --log-format FORMAT   text or json, on standard error
      --log-level LEVEL     error, warn, info or debug
      --check-config        read the configuration, say what is wrong with it, and stop
      --version, --help

    SIGTERM stops it: what was acknowledged is on disk, runs in hand go on at the next start.
    """

  static func parse(_ arguments: [String]) -> Outcome {
    var values: [String: String] = [:]
    var isCheck = false
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      if argument == "--help" || argument == "-h" { return .print(help) }
      if argument == "--version" || argument == "-V" { return .print("flowd \(Daemon.version)") }
      if argument == "--check-config" {
        isCheck = true
        continue
      }
      let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(parts[0])
      guard names.contains(name) else {
        return .refuse("unknown option '\(argument)'\(NearMiss.hint(for: name, among: names + ["--check-config"]))")
      }
      guard let value = parts.count == 2 ? String(parts[1]) : rest.popFirst(), !value.isEmpty else {
        return .refuse("\(name) needs a value")
      }
      values[name] = value
    }
    let outcome = options(values)
    if isCheck, case .serve(let options) = outcome { return .check(options) }
    return outcome
  }

  private static let names = ["--socket", "--state", "--config", "--idle-exit", "--log-format", "--log-level"]

  private static func options(_ values: [String: String]) -> Outcome {
    let config = values["--config"] ?? "\(DefaultPaths.configDirectory)/config.yaml"
    let slash = config.lastIndex(of: "/")
    var options = DaemonOptions(
      socket: values["--socket"] ?? DefaultPaths.socket, state: values["--state"] ?? DefaultPaths.state, config: config,
      configDirectory: slash.map { String(config[..<$0]) } ?? ".")
    if let text = values["--idle-exit"] {
      guard let duration = duration(text) else {
        return .refuse("--idle-exit takes a duration such as 10m or 30s, not '\(text)'")
      }
      options.idleExit = duration
    }
    if let text = values["--log-format"] {
      guard let format = LogSettings.Format(rawValue: text) else {
        return .refuse("--log-format takes text or json, not '\(text)'")
      }
      options.logFormat = format
    }
    if let text = values["--log-level"] {
      guard let level = LogSettings.Level(rawValue: text) else {
        return .refuse("--log-level takes error, warn, info or debug, not '\(text)'")
      }
      options.logLevel = level
    }
    return .serve(options)
  }

  private static func duration(_ text: String) -> Duration? {
    let units: [(String, Int64)] = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000)]
    for (unit, milliseconds) in units where text.hasSuffix(unit) {
      if let count = Int64(text.dropLast(unit.count)), count > 0, count < 1_000_000 {
        return .milliseconds(count * milliseconds)
      }
    }
    return nil
  }
}
