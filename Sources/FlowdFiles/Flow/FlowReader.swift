internal import FlowdModel

/// Reads a flow out of a file's nodes.
///
/// Where a value is wrong it is reported and something else put in its place, so that reading goes on; the definition
/// must be dropped when anything was reported.
struct FlowReader {
  /// A reference of one step to another's results, to be checked once every edge is known.
  struct StepReference {
    var from: Int
    var to: Int
    var node: YAMLNode
    var offset: Int
  }

  var nodes: NodeReader
  let id: String
  /// Also of inputs that are wrong otherwise, so that references to them are not reported as well.
  var inputNames: [String] = []
  /// By index; empty for a step whose id is missing or wrong.
  var stepIDs: [String] = []
  var stepIndices: [String: Int] = [:]
  /// Where cycles through a step are reported.
  var needsPositions: [SourcePosition] = []
  var needsCount = 0
  var references: [StepReference] = []

  init(_ document: YAMLDocument, id: String) {
    nodes = NodeReader(document)
    self.id = id
  }

  mutating func flow(_ root: YAMLNode) -> FlowDefinition? {
    guard let fields = nodes.fields(root, .flow) else { return nil }
    collectNames(fields)
    var flow = FlowDefinition(id: id, name: id, steps: [])
    if let node = fields["name"], let name = nodes.constant(node, "'name'") { flow.name = name }
    if let node = fields["description"] { flow.description = nodes.text(node, "'description'") ?? "" }
    if let node = fields["inputs"] { flow.inputs = inputs(node) }
    if let node = fields["env"] { flow.env = environment(node, scope: .flow) }
    if let node = fields["concurrency"] { flow.maxParallel = maxParallel(node) }
    if let node = fields["steps"] {
      flow.steps = steps(node)
    } else {
      nodes.report("a flow needs 'steps'", at: root.start)
    }
    if let node = fields["report"] { flow.report = template(node, "'report'", scope: .report) }
    checkGraph(flow.steps)
    return flow
  }

  /// Notes the names that may be referred to before they are read.
  private mutating func collectNames(_ fields: Fields) {
    if case .mapping(let entries) = fields["inputs"]?.content {
      inputNames = entries.prefix(Limits.flowInputsMax).map(\.key)
    }
    guard case .sequence(let steps) = fields["steps"]?.content else { return }
    for (index, step) in steps.prefix(Limits.flowStepsMax).enumerated() {
      stepIDs.append("")
      guard case .mapping(let entries) = step.content,
        case .scalar(let id, _) = entries.first(where: { $0.key == "id" })?.value.content,
        NameRule.identifier.admits(id)
      else { continue }
      stepIDs[index] = id
      if stepIndices[id] == nil { stepIndices[id] = index }
    }
  }

  private mutating func maxParallel(_ node: YAMLNode) -> Int {
    guard let fields = nodes.fields(node, .concurrency), let node = fields["max-parallel"],
      let value = nodes.integer(node, "'max-parallel'", in: 1...Limits.maxParallelMax)
    else { return Limits.maxParallelDefault }
    return value
  }

  /// `NAME: value` pairs, in file order.
  mutating func environment(_ node: YAMLNode, scope: TemplateScope) -> [EnvironmentEntry] {
    guard let entries = nodes.mapping(node, "'env'", expected: "a mapping of names to texts") else { return [] }
    if entries.count > Limits.environmentEntriesMax {
      nodes.report("at most \(Limits.environmentEntriesMax) variables are allowed", at: node.start)
    }
    return entries.prefix(Limits.environmentEntriesMax).compactMap { entry in
      if !NameRule.variable.admits(entry.key) {
        let rule = "use letters, digits and _, not a digit first"
        nodes.report("\(quoted(entry.key)) is not a name for an environment variable; \(rule)", at: entry.position)
      } else if entry.key.hasPrefix("FLOWD_") {
        nodes.report(
          "\(quoted(entry.key)) is reserved; names beginning with FLOWD_ are set by flowd", at: entry.position)
      }
      guard let value = template(entry.value, quoted(entry.key), scope: scope) else { return nil }
      return EnvironmentEntry(name: entry.key, value: value)
    }
  }
}
