internal import FlowdClient
internal import FlowdModel
internal import FlowdWire

/// Which run a command is about: the one named, in whole or in part, else the session's newest.
enum RunChoice {
  static func id(_ named: String?, _ context: Context) throws(CLIError) -> String {
    guard let named, named != "last" else { return try newest(context) }
    if ShortID.isWhole(named) { return named.lowercased() }
    var matches: [String] = []
    var token = ""
    for _ in 0..<20 {
      let page = try context.call(
        API.FlowListRuns.self, .init(pageSize: UInt32(Limits.pageSizeMax), pageToken: token))
      matches += page.runs.map(\.runID).filter { ShortID.matches(named, $0) }
      token = page.nextPageToken
      if token.isEmpty { break }
    }
    guard let match = matches.first else { throw unknown(named) }
    guard matches.count == 1 else {
      throw CLIError(.refused, "\(matches.count) runs match \(quoted(named))", hints: ["give more of the id: \(match)"])
    }
    return match
  }

  /// That no run has a name.
  static func unknown(_ named: String) -> CLIError {
    CLIError(.refused, "no run \(quoted(named))", hints: ["flowctl runs --all lists them"])
  }

  /// The run named, else the session's active one.
  ///
  /// - Parameter purpose: What is to be done to it, for the error.
  static func active(_ named: String?, to purpose: String, _ context: Context) throws(CLIError) -> String {
    if let named { return try id(named, context) }
    guard let run = try SessionChoice.current(context).activeRun else {
      throw CLIError(.refused, "the session has no active run to \(purpose)", hints: ["list runs: flowctl runs"])
    }
    return run.runID
  }

  private static func newest(_ context: Context) throws(CLIError) -> String {
    let session = try SessionChoice.current(context)
    // Runs that are steps of others are not what a person means by the newest.
    let request = API.FlowServiceListRunsRequest(
      sessionID: session.meta?.sessionID ?? "", pageSize: UInt32(Limits.pageSizeMax))
    let runs = try context.call(API.FlowListRuns.self, request).runs
    guard let run = runs.first(where: { $0.parentRunID.isEmpty }) ?? runs.first else {
      throw CLIError(.refused, "the session has no runs", hints: ["start one: flowctl run FLOW"])
    }
    return run.runID
  }
}
