package import FlowdClient
package import FlowdModel
package import FlowdWire
internal import Glibc

/// What a command works with: global options, environment, output, clock and the daemon. Used by the main thread only.
package final class Context {
  package let arguments: ParsedArguments
  package let environment: [String: String]
  /// Absolute.
  package let directory: String
  package let output: TextOutput
  package let errors: TextOutput
  package let terminal: Terminal
  private let clock: () -> Timestamp
  private var connected: FlowdClient?

  package init(
    arguments: ParsedArguments, environment: [String: String], directory: String, output: TextOutput,
    errors: TextOutput, terminal: Terminal, clock: @escaping () -> Timestamp
  ) {
    self.arguments = arguments
    self.environment = environment
    self.directory = directory
    self.output = output
    self.errors = errors
    self.terminal = terminal
    self.clock = clock
  }

  package var now: Timestamp { clock() }
  package var style: Style { terminal.outputStyle }
  package var wantsJSON: Bool { arguments[GlobalOptions.json] }

  /// Columns that tables are cut to; `nil` when piped.
  package var tableWidth: Int? { terminal.isOutputTerminal ? Terminal.size.columns : nil }

  /// The nearest ancestor of the directory that holds `.flowd` or `.git`, else the directory itself.
  package var workspace: String { Workspace.find(from: directory) { access($0, F_OK) == 0 } }

  package func socketPath() throws(CLIError) -> SocketPath {
    do throws(ClientError) {
      guard let named = arguments[GlobalOptions.socket] else {
        return try SocketPath.standard(environment: environment)
      }
      return try SocketPath(named.hasPrefix("/") ? named : "\(directory)/\(named)")
    } catch {
      throw CLIError(error)
    }
  }

  /// The daemon, reached at the first call.
  package func client() throws(CLIError) -> FlowdClient {
    if let connected { return connected }
    let client = FlowdClient(
      socket: try socketPath(),
      options: .init(
        autoSpawn: arguments[GlobalOptions.noSpawn] ? nil : AutoSpawn(environment: environment),
        timeout: arguments[GlobalOptions.timeout] ?? .seconds(Limits.callTimeoutSeconds)))
    connected = client
    return client
  }

  package func send<RPC: UnaryRPC>(
    _ rpc: RPC.Type, _ request: RPC.Request
  ) throws(CLIError) -> PendingReply<RPC.Response> {
    try client().send(rpc, request)
  }

  package func call<RPC: UnaryRPC>(_ rpc: RPC.Type, _ request: RPC.Request) throws(CLIError) -> RPC.Response {
    try wait(for: try send(rpc, request))
  }

  package func wait<Response>(for reply: PendingReply<Response>) throws(CLIError) -> Response {
    do throws(ClientError) {
      return try reply.wait()
    } catch {
      throw explained(error)
    }
  }

  /// The error with what to do about it.
  package func explained(_ error: ClientError) -> CLIError {
    var explained = CLIError(error)
    if case .refused(let refusal) = error { RefusalHints.add(to: &explained, refusal, self) }
    return explained
  }

  /// Writes a message as JSON: on one line, or over several on a terminal.
  package func printJSON(_ message: some Message) throws(CLIError) {
    do throws(JSONMappingError) {
      let value = try JSONCodec.contract.decode(message)
      output.line(terminal.isOutputTerminal ? value.prettyText : value.text)
    } catch {
      throw CLIError(.unreachable, "the daemon's reply has no JSON form: \(error)")
    }
  }

  /// Tells the person, on standard error so that output stays clean.
  package func note(_ text: String) {
    output.flush()
    errors.line(terminal.errorStyle.dim(text))
    errors.flush()
  }
}
