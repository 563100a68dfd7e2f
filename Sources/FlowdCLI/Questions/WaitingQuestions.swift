internal import FlowdClient
internal import FlowdModel
internal import FlowdWire

/// Questions that wait for an answer, found by what a person names.
enum WaitingQuestions {
  /// Runs looked into at most.
  private static let runsMax = 50

  /// - Parameter run: Its questions and those of the runs of its steps; `nil`: of all runs of the session.
  static func all(of run: String?, _ context: Context) throws(CLIError) -> [Question] {
    guard let run else {
      return try questions(try active(try SessionChoice.current(context).meta?.sessionID ?? "", context), context)
    }
    let id = try RunChoice.id(run, context)
    let found = try context.wholeRun(id)
    let own = Question.all(of: found)
    guard own.isEmpty, found.steps.contains(where: { !$0.childRunID.isEmpty }) else { return own }
    let runs = try active(found.sessionID, context)
    var family: Set<String> = [id]
    // Newest first, so that parents come after their children.
    for run in runs.reversed() where family.contains(run.parentRunID) { family.insert(run.runID) }
    return try questions(runs.filter { family.contains($0.runID) && $0.runID != id }, context)
  }

  /// Picks the one that a person names by its step or input.
  ///
  /// - Returns: `nil` when several are possible and none was named.
  static func pick(_ name: String?, among questions: [Question]) throws(CLIError) -> Question? {
    guard !questions.isEmpty else {
      throw CLIError(
        .refused, "no question waits for an answer", hints: ["runs that wait: flowctl runs --all --status waiting"])
    }
    guard let name else { return questions.count == 1 ? questions[0] : nil }
    let found = questions.filter { [$0.stepID, $0.input.inputID, $0.name].contains(name) }
    if found.count == 1 { return found[0] }
    if found.count > 1 { return nil }
    let names = questions.map(\.stepID)
    throw CLIError(
      .refused, "no question \(quoted(name)) waits for an answer\(NearMiss.hint(for: name, among: names))",
      hints: ["waiting: \(names.prefix(20).joined(separator: ", "))"])
  }

  private static func active(_ session: String, _ context: Context) throws(CLIError) -> [API.Run] {
    let request = API.FlowServiceListRunsRequest(
      sessionID: session, statuses: [.waitingInput, .running, .paused], pageSize: UInt32(runsMax))
    return try context.call(API.FlowListRuns.self, request).runs
  }

  private static func questions(_ runs: [API.Run], _ context: Context) throws(CLIError) -> [Question] {
    var found: [Question] = []
    for run in runs {
      found += Question.all(of: try context.wholeRun(run.runID))
    }
    return found
  }
}
