internal import FlowdClient
internal import FlowdModel
internal import FlowdWire

/// Follows a run that has just been started, as `run` and `rerun` do: shows it, asks its questions, and takes Ctrl-C for it.
enum RunFollow {
  static let answer = Option(
    assignment: "answer", "STEP=VALUE", "Answer a step's question as soon as it is asked; may be repeated")
  static let answers = Option(
    "answers", "FILE", "Answers as a JSON object of step ids and values; - is standard input", completion: .file)
  static let noInput = Flag("no-input", "Never ask; exit with 5 when only an answer can go on with the run")

  static let options: [any OptionDeclaration] = [answer, answers, noInput]

  /// The answers that the command line gives; read before the start, so that a mistake starts nothing.
  static func prepared(_ context: Context, _ arguments: ParsedArguments) throws(CLIError) -> PreparedAnswers {
    let document = try arguments[answers].map { file throws(CLIError) in
      try JSONArgument.read(file == "-" ? file : "@\(file)", option: "--answers", context)
    }
    return try PreparedAnswers(arguments.all(answer), document: document)
  }

  /// - Parameter after: The sequence before the run's first event.
  static func follow(
    _ run: WatchedRun, session: String, after: UInt64, _ prepared: PreparedAnswers, _ context: Context,
    _ arguments: ParsedArguments
  ) throws(CLIError) -> ExitCode {
    // The session's events, since the runs of its steps may ask too.
    let watch = try context.client().openWatch(.session(session), WatchOptions(afterSeq: after))
    let terminal = context.terminal
    let isLive = terminal.canRedraw && !context.wantsJSON
    var follow = Follow(
      context, view: view(context, isLive: isLive), onInterrupt: .cancel(run: run.runID, session: session), run: run,
      interview: Interview(prepared: prepared, mayAsk: isLive && terminal.isInputTerminal && !arguments[noInput]),
      leavesWhenStuck: arguments[noInput])
    let end = try follow.run(watch)
    if end == .waitsForInput {
      let id = ShortID.of(run.runID)
      throw CLIError(
        .waiting, "run \(id) waits for an answer",
        hints: follow.unanswered.prefix(5).map(\.command) + ["then: flowctl watch \(id)"], code: "WAITING")
    }
    if end == .interrupted, !follow.wasInterrupted {
      let id = ShortID.of(run.runID)
      context.note("run \(id) goes on; watch it: flowctl watch \(id)")
    }
    if follow.wasInterrupted || end == .interrupted { return .interrupted }
    return follow.lastEnd?.status == .succeeded ? .ok : .failed
  }

  private static func view(_ context: Context, isLive: Bool) -> any FollowView {
    if context.wantsJSON { return JSONFollowView(context: context) }
    if isLive { return LiveFollowView(context: context, showsSession: false) }
    return PlainFollowView(context: context, namesRuns: false, showsReport: true)
  }
}
