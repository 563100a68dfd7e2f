internal import FlowdClient
internal import FlowdModel
internal import FlowdWire

/// `flowctl call`
enum CallCommand: Command {
  static let defaults = Flag("defaults", "Print fields that hold their default value too")

  static let spec = CommandSpec(
    "call", "Call any method of the daemon",
    operands: [Operand("METHOD", required: true, completion: .method), Operand("JSON", completion: .file)],
    options: [defaults],
    discussion: """
      METHOD is an alias (session.getCurrentMeta) or a full name
      (flowd.v1.SessionService/GetCurrentMeta). JSON is the request; @FILE reads a file, - standard
      input. A stream prints one JSON object a line. JSON is protobuf's canonical mapping: 64-bit
      numbers are strings, bytes are base64.
      """,
    examples: [
      Example("flowctl call daemon.status", "a method without arguments"),
      Example("flowctl call session.list '{\"pageSize\": 5}'", "with a request"),
      Example("flowctl call event.watch '{\"all\": true}'", "a stream"),
    ])

  static func run(_ context: Context, _ arguments: ParsedArguments) throws(CLIError) -> ExitCode {
    let name = arguments.operand(0) ?? ""
    guard let method = MethodTable.find(name) else { throw unknown(name) }
    let text = arguments.operand(1) ?? "{}"
    let json = try JSONArgument.read(text, option: "the request", context)
    let payload: [UInt8]
    do throws(JSONMappingError) {
      payload = try JSONCodec.contract.encode(json: json, as: method.requestName)
    } catch {
      throw CLIError(.usage, "the request is no \(method.requestName): \(error)")
    }
    if method.isServerStreaming { return try stream(payload, context, arguments) }
    let reply: [UInt8]
    let client = try context.client()
    do throws(ClientError) {
      reply = try client.callBlocking(method, payload: payload)
    } catch {
      throw context.explained(error)
    }
    let value = try decode(reply, as: method.responseName, arguments)
    context.output.line(context.terminal.isOutputTerminal ? value.prettyText : value.text)
    return .ok
  }

  private static func stream(
    _ payload: [UInt8], _ context: Context, _ arguments: ParsedArguments
  ) throws(CLIError) -> ExitCode {
    let client = try context.client()
    do throws(ClientError) {
      let stream = try client.openRawStream(.eventWatch, payload: payload)
      while let message = try stream.next() {
        let value = try? JSONCodec.contract.decode(message, as: API.EventServiceWatchResponse.fullName)
        context.output.line(value?.text ?? "null")
        if !stream.hasMore { context.output.flush() }
      }
    } catch {
      throw context.explained(error)
    }
    return .ok
  }

  private static func decode(
    _ bytes: [UInt8], as name: String, _ arguments: ParsedArguments
  ) throws(CLIError) -> JSONValue {
    do throws(JSONMappingError) {
      return try JSONCodec.contract.decode(bytes, as: name, options: .init(includesDefaults: arguments[defaults]))
    } catch {
      throw CLIError(.unreachable, "the reply is no \(name): \(error)")
    }
  }

  private static func unknown(_ name: String) -> CLIError {
    let aliases = API.Method.allCases.map(\.alias)
    let hint = NearMiss.nearest(to: name, among: aliases).map { "; did you mean \($0)?" } ?? ""
    return CLIError(
      .usage, "there is no method \(quoted(name))\(hint)", hints: ["methods: " + aliases.joined(separator: ", ")])
  }
}
