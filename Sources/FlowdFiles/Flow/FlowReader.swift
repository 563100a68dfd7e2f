internal import FlowdLua
internal import FlowdModel
internal import FlowdSchema

/// Reads a flow out of a file's nodes.
///
/// Where a value is wrong it is reported and something else put in its place, so that reading goes on; the definition
/// must be dropped when anything was reported.
struct FlowReader {
  /// What is known of a step before it is read.
  struct StepOutline {
    /// Empty for a step whose id is missing or wrong.
    var id = ""
    var kind: StepKind?
    var isList = false
  }

  /// A reference of one step to another's results, to be checked once every edge is known.
  struct StepReference {
    var from: Int
    var to: Int
    /// Where the results have names of their own.
    var ownKind: StepKind?
    var text: ExpressionText
    var offset: Int
  }

  var nodes: NodeReader
  let id: String
  let checker = LuaChecker()
  /// Also of inputs that are wrong otherwise, so that references to them are not reported as well.
  var inputNames: [String] = []
  var outlines: [StepOutline] = []
  var stepIndices: [String: Int] = [:]
  /// Where cycles through a step are reported.
  var needsPositions: [SourcePosition] = []
  var needsCount = 0
  var references: [StepReference] = []
  /// Parts of names with hyphens in the expression at hand, which were reported already.
  var hyphenated: Set<String> = []
  var defaults = StepDefaults()
  var mergedCount = 0
  var subflowCalls: [SubflowReference] = []
  var documentReferences: [DocumentReference] = []
  /// After `secrets.` in expressions.
  var secretNames: Set<String> = []
  /// Inputs of type `secret`.
  var secretInputs: Set<String> = []
  /// The ids of questions of type `secret`.
  var secretQuestions: Set<String> = []

  init(_ document: YAMLDocument, id: String) {
    nodes = NodeReader(document)
    self.id = id
  }

  mutating func flow(_ root: YAMLNode) -> FlowDefinition? {
    guard let fields = nodes.fields(root, Language.flow) else { return nil }
    collectNames(fields)
    var flow = FlowDefinition(id: id, name: id, steps: [])
    if let node = fields["name"], let name = nodes.constant(node, "'name'") { flow.name = name }
    if let node = fields["description"] { flow.description = nodes.text(node, "'description'") ?? "" }
    if let node = fields["inputs"] { flow.inputs = inputs(node) }
    secretInputs = Set(flow.inputs.lazy.filter { $0.kind == .secret }.map(\.name))
    if let node = fields["env"] { flow.env = environment(node, .environment) }
    readPolicies(fields, into: &flow)
    if let node = fields["defaults"] { defaults = stepDefaults(node) }
    if let node = fields["steps"] {
      flow.steps = steps(node)
    } else {
      nodes.report("a flow needs 'steps'", at: root.start)
    }
    if let node = fields["outputs"] { flow.outputs = outputs(node, .report) }
    if let node = fields["report"] { flow.report = template(node, "'report'", .report) }
    flow.secrets = secretNames.sorted()
    checkDefaults()
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
      outlines.append(StepOutline())
      guard case .mapping(let entries) = step.content else { continue }
      var asksForSecret = false
      for entry in entries {
        guard case .scalar(let text, _) = entry.value.content else {
          if entry.key == "foreach" { outlines[index].isList = true }
          if entry.key == "with", entry.value.hasMember("type", "secret") { asksForSecret = true }
          continue
        }
        switch entry.key {
        case "id" where NameRule.identifier.admits(text):
          outlines[index].id = text
          if stepIndices[text] == nil { stepIndices[text] = index }
        case "uses": outlines[index].kind = StepKind(rawValue: text)
        case "foreach": outlines[index].isList = true
        default: break
        }
      }
      if asksForSecret, outlines[index].kind == .input { secretQuestions.insert(outlines[index].id) }
    }
  }

  /// `NAME: value` pairs, in file order.
  mutating func environment(_ node: YAMLNode, _ place: ExpressionPlace) -> [EnvironmentEntry] {
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
      guard let value = template(entry.value, quoted(entry.key), place.withSecrets) else { return nil }
      return EnvironmentEntry(name: entry.key, value: value)
    }
  }

  /// `NAME: value` pairs of any type, in file order.
  mutating func outputs(_ node: YAMLNode, _ place: ExpressionPlace) -> [NamedValue] {
    guard let entries = nodes.mapping(node, "'outputs'", expected: "a mapping of names to values") else { return [] }
    if entries.count > Limits.outputsMax {
      nodes.report("at most \(Limits.outputsMax) outputs are allowed", at: entries[Limits.outputsMax].position)
    }
    return namedValues(entries.prefix(Limits.outputsMax), "an output", place)
  }

  /// Names of the author's and their values.
  mutating func namedValues(
    _ entries: ArraySlice<YAMLNode.Entry>, _ what: String, _ place: ExpressionPlace
  ) -> [NamedValue] {
    entries.compactMap { entry in
      if !NameRule.identifier.admits(entry.key) {
        nodes.report(
          "\(quoted(entry.key)) is not a name for \(what); \(NameRule.identifierRule)", at: entry.position)
      }
      return value(entry.value, place).map { NamedValue(entry.key, $0) }
    }
  }
}
