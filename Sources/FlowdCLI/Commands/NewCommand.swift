internal import FlowdModel
internal import FlowdWire

/// `flowctl new`
enum NewCommand: Command {
  static let title = Option("title", "TEXT", "A name for people")
  static let from = Option(
    "from", "ID", "Take over flow, provider, model and mode of this session", completion: .session)

  static let spec = CommandSpec(
    "new", "Open a session and select it", options: [title, from],
    discussion: """
      The new session is the selected one of the workspace: the nearest directory upwards that holds
      .flowd or .git. It takes over what the session selected before it held. When piped it prints
      the whole id and nothing else.
      """,
    examples: [Example("flowctl new --title 'Review of the parser'", "open a session here")])

  static func run(_ context: Context, _ arguments: ParsedArguments) throws(CLIError) -> ExitCode {
    let request = API.SessionServiceNewRequest(
      workspace: context.workspace, title: arguments[title] ?? "",
      fromSessionID: try arguments[from].map { id throws(CLIError) in try SessionChoice.whole(id, context) } ?? "",
      client: "flowctl")
    let response = try context.call(API.SessionNew.self, request)
    let meta = response.meta ?? API.SessionMeta()
    if context.wantsJSON {
      try context.printJSON(response)
    } else if context.terminal.isOutputTerminal {
      context.output.line("opened session \(context.style.bold(ShortID.of(meta.sessionID))) for \(meta.workspace)")
      context.output.line(context.style.dim(MetaText.oneLine(meta)))
    } else {
      context.output.line(meta.sessionID)
    }
    return .ok
  }
}
