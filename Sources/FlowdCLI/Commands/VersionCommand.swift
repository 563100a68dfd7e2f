internal import FlowdClient
internal import FlowdModel
internal import FlowdWire

/// `flowctl version`
enum VersionCommand: Command {
  static let spec = CommandSpec(
    "version", "Show the versions of flowctl and of the daemon",
    discussion: "Starts no daemon.", examples: [Example("flowctl version", "both versions")])

  static func run(_ context: Context, _ arguments: ParsedArguments) throws(CLIError) -> ExitCode {
    let daemon = try daemonVersion(context)
    if context.wantsJSON {
      var members: [JSONValue.Member] = [.init("flowctl", .string(ClientVersion.text))]
      if let daemon { members.append(.init("flowd", .string(daemon))) }
      context.output.line(JSONValue.object(members).text)
    } else {
      context.output.line("flowctl \(ClientVersion.text)")
      context.output.line("flowd   \(daemon ?? "not running")")
    }
    return .ok
  }

  /// - Returns: `nil` when no daemon answers.
  static func daemonVersion(_ context: Context) throws(CLIError) -> String? {
    let client = FlowdClient(
      socket: try context.socketPath(), options: .init(autoSpawn: nil, timeout: .seconds(2)))
    return try? client.send(API.DaemonHello.self, .init(client: "flowctl \(ClientVersion.text)")).wait().version
  }
}
