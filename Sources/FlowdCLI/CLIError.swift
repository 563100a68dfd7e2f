internal import FlowdClient
internal import FlowdModel

/// Why a command ends without having done its work.
package struct CLIError: Error, Equatable, Sendable {
  package var exitCode: ExitCode
  /// What happened and where, in one sentence.
  package var message: String
  /// What to do next, one line each.
  package var hints: [String]
  /// For `--json`: the daemon's code and reason, else empty.
  package var code: String
  package var reason: String

  package init(
    _ exitCode: ExitCode, _ message: String, hints: [String] = [], code: String = "", reason: String = ""
  ) {
    self.exitCode = exitCode
    self.message = message
    self.hints = hints
    self.code = code
    self.reason = reason
  }

  /// - Parameter command: Empty before one is known.
  package static func usage(_ message: String, command: String) -> CLIError {
    let help = command.isEmpty ? "flowctl --help" : "flowctl \(command) --help"
    return CLIError(.usage, message, hints: ["see: \(help)"])
  }

  /// As one line of JSON, for `--json`.
  var json: JSONValue {
    var members: [JSONValue.Member] = [.init("message", .string(message))]
    if !code.isEmpty { members.insert(.init("code", .string(code)), at: 0) }
    if !reason.isEmpty { members.append(.init("reason", .string(reason))) }
    if !hints.isEmpty { members.append(.init("hints", .array(hints.map { .string($0) }))) }
    return .object([.init("error", .object(members))])
  }
}

extension CLIError {
  /// What a failed call means to the user; what depends on the refusal's reason is added by `RefusalHints`.
  init(_ error: ClientError) {
    switch error {
    case .refused(let refusal):
      self.init(
        .refused, TerminalText.sanitised(refusal.message), code: refusal.code.name, reason: refusal.reason)
    case .unreachable(_, let reason) where reason.hasPrefix("no daemon is running ("):
      self.init(
        .unreachable, error.message,
        hints: ["without --no-spawn flowctl starts one; or run: flowd", "look closer: flowctl doctor"])
    case .unreachable: self.init(.unreachable, error.message, hints: ["look closer: flowctl doctor"])
    case .connectionLost:
      self.init(.unreachable, error.message, hints: ["it may have been carried out; look: flowctl status"])
    case .timedOut:
      self.init(.unreachable, error.message, hints: ["wait longer: --timeout 2m", "look closer: flowctl doctor"])
    case .cancelled, .overloaded: self.init(.unreachable, error.message)
    case .malformedReply:
      self.init(.unreachable, error.message, hints: ["compare the versions: flowctl version"])
    }
  }
}
