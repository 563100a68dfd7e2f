internal import FlowdClient
internal import FlowdModel
internal import FlowdWire

/// Which session a command is about: `--session`, else `$FLOWD_SESSION`, else the workspace's selected one.
enum SessionChoice {
  /// The session or workspace to name in a call.
  static func target(_ context: Context) throws(CLIError) -> API.SessionServiceGetCurrentMetaRequest.Target {
    if let named = context.arguments[GlobalOptions.session] { return .sessionID(try whole(named, context)) }
    if let named = context.environment["FLOWD_SESSION"], !named.isEmpty {
      return .sessionID(try whole(named, context))
    }
    return .workspace(context.workspace)
  }

  /// The session as it is now.
  static func current(_ context: Context) throws(CLIError) -> API.SessionServiceGetCurrentMetaResponse {
    try context.call(API.SessionGetCurrentMeta.self, .init(target: try target(context)))
  }

  /// The session as it is now; opens one when the workspace has none, and says so.
  static func currentOrNew(_ context: Context) throws(CLIError) -> API.SessionServiceGetCurrentMetaResponse {
    let target = try target(context)
    let client = try context.client()
    do throws(ClientError) {
      return try client.send(API.SessionGetCurrentMeta.self, .init(target: target)).wait()
    } catch {
      guard case .refused(let refusal) = error, refusal.code == .notFound, case .workspace(let path) = target else {
        throw context.explained(error)
      }
      let opened = try context.call(API.SessionNew.self, .init(workspace: path, client: "flowctl"))
      context.note("opened session \(ShortID.of(opened.meta?.sessionID ?? "")) for \(path)")
      return .init(meta: opened.meta, activeRun: nil, eventSeq: 0)
    }
  }

  /// The whole id that a person's short one means.
  static func whole(_ id: String, _ context: Context) throws(CLIError) -> String {
    if ShortID.isWhole(id) { return id }
    var matches: [String] = []
    var token = ""
    // 20 pages of 500 are more sessions than anybody tells apart by four characters.
    for _ in 0..<20 {
      let page = try context.call(
        API.SessionList.self, .init(pageSize: UInt32(Limits.pageSizeMax), pageToken: token, includeClosed: true))
      matches += page.sessions.compactMap(\.meta?.sessionID).filter { ShortID.matches(id, $0) }
      token = page.nextPageToken
      if token.isEmpty { break }
    }
    guard let match = matches.first else {
      throw CLIError(.refused, "no session \(quoted(id))", hints: ["flowctl sessions --all lists them"])
    }
    guard matches.count == 1 else {
      throw CLIError(
        .refused, "\(matches.count) sessions match \(quoted(id))", hints: ["give more of the id: \(match)"])
    }
    return match
  }
}
