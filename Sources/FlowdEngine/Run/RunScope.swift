internal import FlowdModel

/// What the expressions of one step, or of the run as a whole, can read at this moment.
final class RunScope: ExpressionScope {
  private let run: RunMachine
  /// `nil`: the run as a whole, for its report and outputs.
  private let index: Int?
  private let own: [JSONValue.Member]
  let now: Timestamp

  /// - Parameter own: The results of the attempt that has just ended, by the names under which its step reads them.
  init(_ run: RunMachine, step index: Int?, own: [JSONValue.Member] = [], now: Timestamp) {
    self.run = run
    self.index = index
    self.own = own
    self.now = now
  }

  var progress: RunProgress { run.progress }

  // MARK: names

  var names: [String] {
    var names = ["inputs", "run"] + own.map(\.name)
    if !run.definition.flow.secrets.isEmpty { names.append("secrets") }
    if let element { names += [element.name, ScopeNames.index] }
    return names
  }

  func value(of name: String) -> JSONValue? {
    if let own = own.first(where: { $0.name == name }) { return own.value }
    switch name {
    case "inputs": return .object(run.inputs)
    case "run": return runValue
    case "secrets":
      return .object(run.definition.flow.secrets.map { .init($0, .string("secret:\($0)")) })
    default: break
    }
    guard let element else { return nil }
    if name == element.name { return element.value }
    return name == ScopeNames.index ? .number(String(element.place + 1)) : nil
  }

  private var runValue: JSONValue {
    let record = run.record
    return .object([
      .init("id", .string(record.id.description)), .init("flow", .string(record.snapshot.flowID)),
      .init("provider", .string(record.snapshot.providerID)), .init("model", .string(record.snapshot.modelID)),
      .init("cwd", .string(record.cwd)), .init("session", .string(record.sessionID.description)),
      .init("mode", .string(record.mode.name)),
    ])
  }

  private var element: (name: String, value: JSONValue, place: Int)? {
    guard let index, let parent = run.steps[index].parent, let place = run.steps[index].item,
      let list = run.lists[parent], let foreach = run.definition.flow.steps[parent].foreach
    else { return nil }
    return (foreach.name, list.items[place], place)
  }

  // MARK: secrets

  func secret(at path: [String]) -> Secret? { run.secret(at: path) }

  // MARK: steps

  var stepIDs: [String] { run.definition.flow.steps.map(\.id) }

  func shape(of step: String) -> StepShape? {
    guard let found = run.definition.index(of: step) else { return nil }
    guard run.definition.flow.steps[found].foreach != nil else { return .single }
    return .list(count: run.steps[found].childCount ?? 0)
  }

  func fieldNames(of step: String) -> [String] {
    guard let found = run.definition.index(of: step) else { return [] }
    let fields = ScopeNames.fields(of: run.definition.flow.steps[found].action.kind)
    return run.definition.flow.steps[found].foreach == nil ? fields : fields + ["item"]
  }

  func field(_ name: String, of step: String, child: Int?) throws(ExpressionError) -> JSONValue? {
    guard let found = run.definition.index(of: step) else { return nil }
    guard let child else { return try field(name, of: found) }
    guard let first = run.steps[found].firstChild, child < run.steps[found].childCount ?? 0 else { return nil }
    if name == "item" {
      let items = try items(of: found)
      return items.indices.contains(child) ? items[child] : nil
    }
    return try field(name, of: first + child)
  }

  private func items(of index: Int) throws(ExpressionError) -> [JSONValue] {
    if let list = run.lists[index] { return list.items }
    return try output(of: index).details.items ?? []
  }

  /// A field of a step that is not settled, or was not run, has an empty value and never fails.
  private func field(_ name: String, of index: Int) throws(ExpressionError) -> JSONValue? {
    let step = run.steps[index]
    let definition = run.definition(of: index)
    guard ScopeNames.fields(of: definition.action.kind).contains(name) else { return nil }
    switch name {
    case "status": return .string(step.status.name)
    case "error": return step.error.map { .string($0.message) } ?? .null
    case "attempt": return .number(String(step.attempt))
    case "exit": return step.exitCode.map { .number(String($0)) } ?? .null
    case "run_id": return step.childRun.map { .string($0.description) } ?? .null
    case "stdout": return .string(String(decoding: try output(of: index).stdout, as: UTF8.self))
    case "stderr": return .string(String(decoding: try output(of: index).stderr, as: UTF8.self))
    case "report": return .string(try output(of: index).details.report ?? "")
    case "outputs": return try outputs(of: index, definition)
    case "response":
      let output = try output(of: index)
      return output.details.exchange?.value(body: output.stdout, isWhole: !output.stdoutTruncated) ?? .null
    case "text": return .string(String(decoding: try output(of: index).stdout, as: UTF8.self))
    case "model": return .string(try output(of: index).details.agent?.model ?? "")
    case "provider": return .string(try output(of: index).details.agent?.provider ?? "")
    case "usage": return try output(of: index).details.agent?.usage ?? .null
    case "partial": return .bool(try output(of: index).details.agent?.isPartial ?? false)
    case "result", "value":
      if let secret = run.secretReference(of: index) { return .string(secret) }
      return try output(of: index).details.result ?? .null
    default: return nil
    }
  }

  /// Every declared output; one that has no value, because the step was not run, is null.
  private func outputs(of index: Int, _ definition: StepDefinition) throws(ExpressionError) -> JSONValue {
    let found = try output(of: index).details.outputs
    let missing = definition.outputs.filter { name in !found.contains { $0.name == name.name } }
    return .object(found + missing.map { .init($0.name, .null) })
  }

  private func output(of index: Int) throws(ExpressionError) -> StepOutput {
    if let output = run.outputs[index] { return output }
    guard run.outputs.stored(index) != nil else { return StepOutput() }
    let name = run.name(of: index).description
    throw ExpressionError(.needsOutput(step: index), "the output of step \(quoted(name)) is not in memory")
  }
}
