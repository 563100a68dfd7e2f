internal import FlowdClient
internal import FlowdModel
internal import FlowdWire

/// `flowctl export`
enum ExportCommand: Command {
  enum Format: Sendable {
    case json, ndjson, markdown
  }

  static let file = Option(
    "output", short: "o", "FILE", "Write to a file instead of standard output", completion: .file)
  static let format = Option(
    "format", "FORMAT", "json (default), ndjson or markdown",
    oneOf: [("json", Format.json), ("ndjson", .ndjson), ("markdown", .markdown)])

  static let spec = CommandSpec(
    "export", "Write the whole execution log of a run",
    operands: [Operand("RUN", completion: .run)], options: [file, format],
    discussion: """
      Without RUN it is the session's newest run. json is one document with the run, the flow as it
      was then, and every event; ndjson is one event a line; markdown is for people. JSON is
      protobuf's canonical mapping. A file is written whole or not at all.
      """,
    examples: [
      Example("flowctl export -o run.json", "the newest run"),
      Example("flowctl export 3f9a2c71 --format ndjson | jq -c .stepFinished", "its events, one a line"),
      Example("flowctl export --format markdown -o run.md", "to attach to an issue"),
    ])

  static func run(_ context: Context, _ arguments: ParsedArguments) throws(CLIError) -> ExitCode {
    let id = try RunChoice.id(arguments.operand(0), context)
    let target = try arguments[file].map { path throws(CLIError) in try ReplacedFile(path, in: context.directory) }
    var writer: any ExportWriter =
      switch arguments[format] ?? .json {
      case .json: JSONExport()
      case .ndjson: LinesExport()
      case .markdown: MarkdownExport()
      }
    let output = target?.output ?? context.output
    var cursor = ExportCursor(run: id)
    var pages = 0
    while let request = cursor.request {
      var page = try context.call(API.FlowExportRun.self, request)
      cursor.take(page)
      if let run = page.run {
        page.run = try context.completed(run, page.nextStepPageToken)
        page.nextStepPageToken = ""
        page.definition = try definition(page, cursor, context)
      }
      do throws(JSONMappingError) {
        try writer.take(page, to: output)
      } catch {
        throw CLIError(.unreachable, "an event has no JSON form: \(error)")
      }
      output.flush()
      pages += 1
      progress(cursor, pages, context)
    }
    writer.finish(to: output)
    try target?.finish()
    if pages > 1, context.terminal.isErrorTerminal { context.errors.write("\r\u{1B}[K") }
    if let path = arguments[file] { context.note("wrote \(cursor.events) events of run \(ShortID.of(id)) to \(path)") }
    return .ok
  }

  /// That of the first page, else of the one after it.
  private static func definition(
    _ page: API.FlowServiceExportRunResponse, _ cursor: ExportCursor, _ context: Context
  ) throws(CLIError) -> [UInt8] {
    guard page.definition.isEmpty, let next = cursor.request else { return page.definition }
    return try context.call(API.FlowExportRun.self, next).definition
  }

  /// A word to the person who waits for a long one.
  private static func progress(_ cursor: ExportCursor, _ pages: Int, _ context: Context) {
    guard pages > 1, context.terminal.isErrorTerminal, context.terminal.isCapable else { return }
    context.errors.write("\r\(StatusCommand.grouped(UInt64(cursor.events))) events\u{1B}[K")
    context.errors.flush()
  }
}
