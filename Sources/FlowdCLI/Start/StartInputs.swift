internal import FlowdClient
internal import FlowdModel
internal import FlowdWire
internal import Glibc

/// Makes a start's inputs from the command line.
enum StartInputs {
  /// - Returns: A JSON object's bytes; empty when nothing was given.
  static func bytes(
    _ arguments: ParsedArguments, flow: String, _ context: Context
  ) throws(CLIError) -> [UInt8] {
    var members: [JSONValue.Member] = []
    if let text = arguments[StartOptions.inputsJSON] {
      let value = try JSONArgument.read(text, option: "--inputs-json", context)
      guard case .object(let given) = value else {
        throw CLIError(.usage, "--inputs-json: expected a JSON object such as {\"name\": \"value\"}")
      }
      members = given
    }
    let assignments = arguments.all(StartOptions.input)
    if !assignments.isEmpty {
      let kinds = try inputKinds(flow, context)
      for assignment in assignments {
        let value = try convert(assignment, kind: kinds[assignment.name] ?? "string")
        members.removeAll { $0.name == assignment.name }
        members.append(.init(assignment.name, value))
      }
    }
    return members.isEmpty ? [] : Array(JSONValue.object(members).text.utf8)
  }

  /// A word as the kind of value that the flow asks for.
  static func convert(_ assignment: Assignment, kind: String) throws(CLIError) -> JSONValue {
    let text = assignment.value
    switch kind {
    case "number":
      if let value = try? JSONValue(parsing: Array(text.utf8)), case .number = value { return value }
      throw CLIError(.usage, "input \(quoted(assignment.name)): expected a number, found \(quoted(text))")
    case "boolean":
      if text == "true" || text == "false" { return .bool(text == "true") }
      throw CLIError(.usage, "input \(quoted(assignment.name)): expected true or false, found \(quoted(text))")
    case "json":
      do throws(JSONParseError) {
        return try JSONValue(parsing: Array(text.utf8))
      } catch {
        throw CLIError(.usage, "input \(quoted(assignment.name)) is not JSON: \(error)")
      }
    default: return .string(text)
    }
  }

  /// Kinds by name, as the flow's definition has them; empty when it cannot be had, which the start itself will explain.
  private static func inputKinds(_ flow: String, _ context: Context) throws(CLIError) -> [String: String] {
    guard !flow.isEmpty else { return [:] }
    let reply = try context.send(API.FlowGet.self, .init(workspace: context.workspace, flowID: flow))
    guard let found = try? reply.wait(), let definition = try? JSONValue(parsing: found.definition) else { return [:] }
    var kinds: [String: String] = [:]
    switch definition["inputs"] {
    case .object(let members):
      for member in members {
        if case .string(let kind)? = member.value["type"] { kinds[member.name] = kind }
      }
    case .array(let elements):
      for element in elements {
        if case .string(let name)? = element["name"], case .string(let kind)? = element["type"] { kinds[name] = kind }
      }
    default: break
    }
    return kinds
  }
}

/// JSON given on the command line: as it is, `@FILE`, or `-` for standard input.
enum JSONArgument {
  static func read(_ text: String, option: String, _ context: Context) throws(CLIError) -> JSONValue {
    let bytes: [UInt8]
    if text == "-" {
      bytes = try FileText.read(descriptor: 0, name: "standard input")
    } else if text.hasPrefix("@") {
      bytes = try FileText.read(String(text.dropFirst()), from: context.directory)
    } else {
      bytes = Array(text.utf8)
    }
    do throws(JSONParseError) {
      return try JSONValue(parsing: bytes)
    } catch {
      throw CLIError(.usage, "\(option) is not JSON: \(error)")
    }
  }
}

/// Whole files, up to a frame's size.
enum FileText {
  static func read(_ path: String, from directory: String) throws(CLIError) -> [UInt8] {
    let whole = path.hasPrefix("/") ? path : "\(directory)/\(path)"
    let descriptor = open(whole, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw CLIError(.usage, "cannot read \(path): \(String(cString: strerror(errno)))") }
    defer { close(descriptor) }
    return try read(descriptor: descriptor, name: path)
  }

  static func read(descriptor: Int32, name: String) throws(CLIError) -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw CLIError(.usage, "cannot read \(name): \(String(cString: strerror(errno)))") }
      if count == 0 { return bytes }
      bytes += buffer[..<count]
      guard bytes.count <= Limits.frameBytesMax else {
        throw CLIError(.usage, "\(name) has more than \(Limits.frameBytesMax) bytes")
      }
    }
  }
}
