internal import FlowdModel
internal import FlowdWire

/// `flowctl status`
enum StatusCommand: Command {
  static let spec = CommandSpec(
    "status", "Show the daemon's health, circuit breakers and counters",
    examples: [Example("flowctl status --no-spawn", "without starting a daemon")])

  static func run(_ context: Context, _ arguments: ParsedArguments) throws(CLIError) -> ExitCode {
    let status = try context.call(API.DaemonStatus.self, .init())
    if context.wantsJSON {
      try context.printJSON(status)
      return status.health == .serving ? .ok : .failed
    }
    let style = context.style
    let health = healthName(status.health)
    let uptime = status.startedAt.map { ", up \(DurationText.short(context.now - $0.model))" } ?? ""
    let message = status.healthMessage.isEmpty ? "" : ": \(TerminalText.sanitised(status.healthMessage))"
    let painted = status.health == .serving ? style.green(health) : style.yellow(health)
    context.output.line("flowd \(status.version) is \(painted)\(message) (pid \(status.pid)\(uptime))")
    let rows = [("socket", status.socketPath), ("state", status.statePath), ("config", status.configPath)]
    for (name, value) in rows where !value.isEmpty {
      context.output.line("\(style.dim(DisplayWidth.padded(name, to: 9)))\(TerminalText.sanitised(value))")
    }
    showCircuits(status.circuits, context)
    guard !status.counters.isEmpty else { return status.health == .serving ? .ok : .failed }
    context.output.line()
    let names = status.counters.keys.sorted()
    let width = names.map(\.count).max() ?? 0
    for name in names {
      context.output.line(
        "\(style.dim(DisplayWidth.padded(name, to: width + 2)))\(grouped(status.counters[name] ?? 0))")
    }
    return status.health == .serving ? .ok : .failed
  }

  /// Circuit breakers that have seen failures.
  private static func showCircuits(_ circuits: [API.Circuit], _ context: Context) {
    guard !circuits.isEmpty else { return }
    context.output.line()
    let hasReasons = circuits.contains { !$0.reason.isEmpty }
    var table = Table(["CIRCUIT", "STATE", "FAILURES", "NEXT ATTEMPT"] + (hasReasons ? ["WHY"] : []))
    for circuit in circuits {
      let isClosed = circuit.state == .closed
      let retry = circuit.retryAt.map { "in \(DurationText.short($0.model - context.now))" } ?? "-"
      table.add([
        .init(circuit.name), .init(CircuitText.name(circuit.state)) { isClosed ? $1 : $0.yellow($1) },
        .init(String(circuit.failures)), .init(retry), .init(circuit.reason),
      ])
    }
    for line in table.lines(style: context.style, width: context.tableWidth) { context.output.line(line) }
  }

  static func healthName(_ health: API.DaemonHealth) -> String {
    switch health {
    case .serving: "serving"
    case .readOnly: "read-only"
    case .draining: "ending"
    case .unspecified: "of unknown health"
    case .unrecognized(let number): "of health \(number)"
    }
  }

  /// `1234567` as `1,234,567`.
  static func grouped(_ number: UInt64) -> String {
    var text = ""
    for (index, digit) in String(number).reversed().enumerated() {
      if index > 0, index % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return String(text.reversed())
  }
}
