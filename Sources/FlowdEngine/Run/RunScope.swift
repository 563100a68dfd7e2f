internal import FlowdModel

/// What the expressions of one step, or of the run as a whole, can read at this moment.
final class RunScope: ExpressionScope {
  private let run: RunMachine
  /// `nil`: the run as a whole, for its report and outputs.
  private let index: Int?
  private let own: [JSONValue.Member]
  let now: Timestamp
  /// Steps whose output was read, and what those take.
  private var readSteps: Set<Int> = []
  private var readBytes = 0
  /// Of values that expressions gave.
  private var keptBytes = 0

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
    return run.definition.flow.steps[found].foreach == nil ? fields : fields + [ScopeNames.item]
  }

  func field(_ name: String, of step: String, child: Int?) throws(ExpressionError) -> JSONValue? {
    guard let found = run.definition.index(of: step) else { return nil }
    guard let child else { return try field(name, of: found) }
    guard let first = run.steps[found].firstChild, child < run.steps[found].childCount ?? 0 else { return nil }
    if name == ScopeNames.item {
      let items = try items(of: found)
      return items.indices.contains(child) ? items[child] : nil
    }
    return try field(name, of: first + child)
  }

  private func items(of index: Int) throws(ExpressionError) -> [JSONValue] {
    if let list = run.lists[index] { return list.items }
    return try output(of: index).details.items ?? []
  }

  private func field(_ name: String, of index: Int) throws(ExpressionError) -> JSONValue? {
    let definition = run.definition(of: index)
    return try StepResults(run.steps[index], secret: run.secretReference(of: index)).value(
      of: name, kind: definition.action.kind, outputNames: definition.outputs.lazy.map(\.name)
    ) { () throws(ExpressionError) in try output(of: index) }
  }

  private func output(of index: Int) throws(ExpressionError) -> StepOutput {
    if let output = run.outputs[index] {
      try count(index)
      return output
    }
    guard run.outputs.stored(index) != nil else { return StepOutput() }
    let name = run.name(of: index).description
    throw ExpressionError(.needsOutput(step: index), "the output of step \(quoted(name)) is not in memory")
  }

  // MARK: bounds

  /// Counts what is read of a step for the first time: until the evaluation is over, all of it stays in memory.
  private func count(_ index: Int) throws(ExpressionError) {
    guard readSteps.insert(index).inserted else { return }
    readBytes += run.outputs.byteCount(of: index)
    guard readBytes > Limits.readAtOnceBytesMax else { return }
    throw ExpressionError(
      .exhausted,
      """
      the results of steps that are read here take more than \(ByteCountText.describe(Limits.readAtOnceBytesMax)), those of \
      \(quoted(run.name(of: index).description)) with them; a 'script' step reads one after the other
      """)
  }

  /// Counts a value that is kept until all that is evaluated here has been.
  func keep(_ value: JSONValue) throws(ExpressionError) {
    keptBytes += value.memoryBytes
    guard keptBytes > Limits.readAtOnceBytesMax else { return }
    throw ExpressionError(
      .exhausted, "the values here take more than \(ByteCountText.describe(Limits.readAtOnceBytesMax)) together")
  }
}
