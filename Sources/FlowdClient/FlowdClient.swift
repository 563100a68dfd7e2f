public import FlowdModel
public import FlowdWire

/// A client of the flow daemon.
///
/// It connects at the first call, and again after the connection ended. Calls are pipelined: requests leave in the order in
/// which `send` or `call` was invoked, and replies are matched to them whatever their order.
///
/// ```swift
/// let client = FlowdClient(socket: try SocketPath.standard())
/// let chosen = client.send(API.SessionSetExecutedFlow.self, .init(sessionID: id, flowID: "review"))
/// let started = client.send(API.FlowStart.self, .init(sessionID: id))   // right behind it on the wire
/// _ = try await chosen.value
/// print(try await started.value.runID)
/// ```
public final class FlowdClient: Sendable {
  public struct Options: Sendable {
    /// Starts a daemon when none is there; `nil`: such a call throws `.unreachable`.
    public var autoSpawn: AutoSpawn?
    /// Of calls that name none.
    public var timeout: Duration

    public init(autoSpawn: AutoSpawn? = AutoSpawn(), timeout: Duration = .seconds(Limits.callTimeoutSeconds)) {
      self.autoSpawn = autoSpawn
      self.timeout = timeout
    }
  }

  public let socket: SocketPath
  public let options: Options
  /// What is under way, for the state of buttons.
  public let activity = ClientActivity()
  private let link: Link

  public init(socket: SocketPath, options: Options = Options()) {
    self.socket = socket
    self.options = options
    let spawn = options.autoSpawn
    link = Link { () throws(ClientError) -> Int32 in try Connector.connect(to: socket, spawning: spawn) }
  }

  /// Sends a request and returns at once; its place on the wire is fixed when this returns.
  ///
  /// A start, cancel or rerun without a `request_id` gets a new one, a start or rerun without a `umask` that of this
  /// process. When the connection ends before the reply, calls that
  /// are safe to repeat are sent once more on a new connection: reads, answers, pauses, and starts, cancels and reruns
  /// thanks to their `request_id`, unless an earlier call was lost with them.
  ///
  /// - Parameter timeout: Until the reply; `nil`: the client's.
  public func send<RPC: UnaryRPC>(
    _: RPC.Type, _ request: RPC.Request, timeout: Duration? = nil
  ) -> PendingReply<RPC.Response> {
    let request = RequestMask.completing(RequestID.completing(request))
    let reply = PendingReply<RPC.Response>()
    let action = activity.begin(RPC.method, request)
    reply.whenDone { [activity] _ in activity.end(action) }
    link.send(RPC.method, payload: request.encoded, timeout: timeout ?? options.timeout) { result in
      reply.complete(result.flatMap(FlowdClient.decode))
    }
    return reply
  }

  /// Sends a request and waits for its reply.
  public func call<RPC: UnaryRPC>(
    _ rpc: RPC.Type, _ request: RPC.Request, timeout: Duration? = nil
  ) async throws(ClientError) -> RPC.Response {
    try await send(rpc, request, timeout: timeout).value
  }

  /// Sends a request of any unary method and waits for its reply's bytes on this thread.
  package func callBlocking(
    _ method: API.Method, payload: [UInt8], timeout: Duration? = nil
  ) throws(ClientError) -> [UInt8] {
    precondition(!method.isServerStreaming, "a stream is watched, not called")
    let reply = PendingReply<[UInt8]>()
    link.send(method, payload: payload, timeout: timeout ?? options.timeout) { reply.complete($0) }
    return try reply.wait()
  }

  private static func decode<Response: Message>(_ bytes: [UInt8]) -> Result<Response, ClientError> {
    do throws(WireError) {
      return .success(try Response(decoding: bytes))
    } catch {
      return .failure(.malformedReply(error.message))
    }
  }
}
