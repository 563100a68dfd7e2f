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
      members = try merged(assignments, into: members, try definitions(flow, context))
    }
    return members.isEmpty ? [] : Array(JSONValue.object(members).text.utf8)
  }

  /// The assignments as the kinds of values that the flow asks for, in the places of those with their names.
  ///
  /// - Throws: Everything that is wrong with the inputs, if one is no value of its kind. What is wrong otherwise the start
  ///   itself will tell.
  static func merged(
    _ assignments: [Assignment], into given: [JSONValue.Member], _ definitions: [InputDefinition]
  ) throws(CLIError) -> [JSONValue.Member] {
    var members = given
    var mistakes: [String] = []
    var mistaken: Set<String> = []
    for assignment in assignments {
      members.removeAll { $0.name == assignment.name }
      mistaken.remove(assignment.name)
      do throws(Mistake) {
        let kind = definitions.first { $0.name == assignment.name }?.kind ?? .string
        members.append(.init(assignment.name, try convert(assignment, kind)))
      } catch {
        mistaken.insert(assignment.name)
        mistakes.append(error.message)
      }
    }
    guard !mistakes.isEmpty else { return members }
    let others = definitions.filter { !mistaken.contains($0.name) }
    if case .failure(let problems) = InputValidation.validate(given: .object(members), against: others) {
      mistakes += problems.messages
    }
    throw CLIError(.usage, mistakes.joined(separator: "; "))
  }

  private struct Mistake: Error {
    var message: String
  }

  private static func convert(_ assignment: Assignment, _ kind: InputDefinition.Kind) throws(Mistake) -> JSONValue {
    let (name, text) = (quoted(assignment.name), assignment.value)
    switch kind {
    case .number:
      if let value = try? JSONValue(parsing: Array(text.utf8)), case .number = value { return value }
      throw Mistake(message: "input \(name): expected a number, found \(quoted(text))")
    case .boolean:
      if text == "true" || text == "false" { return .bool(text == "true") }
      throw Mistake(message: "input \(name): expected true or false, found \(quoted(text))")
    case .json:
      do throws(JSONParseError) {
        return try JSONValue(parsing: Array(text.utf8))
      } catch {
        throw Mistake(message: "input \(name) is not JSON: \(error)")
      }
    case .string, .choice, .secret: return .string(text)
    }
  }

  /// The flow's inputs; empty when they cannot be had, which the start itself will explain.
  private static func definitions(_ flow: String, _ context: Context) throws(CLIError) -> [InputDefinition] {
    guard !flow.isEmpty else { return [] }
    let reply = try context.send(API.FlowGet.self, .init(workspace: context.workspace, flowID: flow))
    guard let found = try? reply.wait(), let definition = try? JSONValue(parsing: found.definition) else { return [] }
    return definitions(definition["inputs"])
  }

  /// - Parameter inputs: As a flow file has them: `NAME: TYPE`, or a mapping.
  static func definitions(_ inputs: JSONValue?) -> [InputDefinition] {
    guard case .object(let members)? = inputs else { return [] }
    return members.map { member in
      var input = InputDefinition(name: member.name)
      if case .string(let kind) = member.value { input.kind = InputDefinition.Kind(rawValue: kind) ?? .string }
      guard case .object = member.value else { return input }
      if case .string(let kind)? = member.value["type"] { input.kind = InputDefinition.Kind(rawValue: kind) ?? .string }
      if case .array(let options)? = member.value["options"] {
        input.options = options.compactMap { if case .string(let text) = $0 { text } else { nil } }
      }
      input.required = member.value["required"] == .bool(true)
      input.defaultValue = member.value["default"]
      return input
    }
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
