internal import FlowdEngine
internal import FlowdModel
internal import FlowdWire
internal import Glibc

/// `daemon.hello` and `daemon.status`.
extension Daemon {
  /// Extensions of the protocol that a client may ask for.
  static let features = ["cancel", "goaway", "ping"]

  func hello(_ request: API.DaemonServiceHelloRequest, _ call: Call) throws(Refusal) {
    try Fields.optional(request.client, "client", bytesMax: Limits.titleBytesMax)
    call.connection.features.formUnion(Daemon.features.filter(request.features.contains))
    reply(
      call,
      API.DaemonServiceHelloResponse(
        version: Daemon.version, protocolVersion: "flowd.v1", features: call.connection.features.sorted(),
        epoch: epoch, limits: Daemon.limits, methods: API.Method.allCases.map { "\($0.service)/\($0.name)" }))
  }

  func status(_: API.DaemonServiceStatusRequest, _ call: Call) throws(Refusal) {
    let health: API.DaemonHealth = isDraining ? .draining : engine.readOnly != nil ? .readOnly : .serving
    reply(
      call,
      API.DaemonServiceStatusResponse(
        health: health, healthMessage: engine.readOnly?.message ?? "", version: Daemon.version, epoch: epoch,
        pid: getpid(), startedAt: API.Timestamp(startedAt), socketPath: listener.path, statePath: options.state,
        configPath: options.config,
        counters: [
          "calls_total": counters.callsTotal, "refusals_total": counters.refusalsTotal,
          "commits_total": counters.commitsTotal, "commits_inline_total": counters.commitsInlineTotal,
          "events_total": counters.eventsTotal, "connections_total": counters.connectionsTotal,
          "connections": UInt64(connections.count), "sessions_in_memory": UInt64(engine.sessionsInMemory),
          "active_runs": UInt64(engine.unfinishedRunCount), "watchers": UInt64(hub.watcherCount),
        ], circuits: engine.circuits.map { API.Circuit($0) }))
  }

  private static let limits: [String: UInt64] = [
    "frame_bytes_max": UInt64(Limits.frameBytesMax), "id_bytes_max": UInt64(Limits.idBytesMax),
    "title_bytes_max": UInt64(Limits.titleBytesMax), "path_bytes_max": UInt64(Limits.pathBytesMax),
    "request_id_bytes_max": UInt64(Limits.requestIDBytesMax), "inputs_bytes_max": UInt64(Limits.inputsBytesMax),
    "page_size_max": UInt64(Limits.pageSizeMax), "pending_calls_max": UInt64(Limits.pendingCallsMax),
    "flow_file_bytes_max": UInt64(Limits.flowFileBytesMax),
  ]
}

/// What has happened since the daemon started.
struct DaemonCounters {
  var callsTotal: UInt64 = 0
  var refusalsTotal: UInt64 = 0
  var commitsTotal: UInt64 = 0
  var commitsInlineTotal: UInt64 = 0
  var eventsTotal: UInt64 = 0
  var connectionsTotal: UInt64 = 0
}
