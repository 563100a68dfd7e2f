internal import FlowdModel

/// Finds the flows that a flow's steps run, and theirs, all at once, so that a run keeps them as they were together.
///
/// A flow that several others run is read once. Depth, number and circles are bounded by `Limits`.
struct SubflowResolver {
  /// A flow with all below it, or why there is none, as the end of a sentence about it.
  private enum Outcome {
    case found(PinnedDefinition, depth: Int)
    case failed(String)
    case unknown(String)
  }

  /// Reads a flow's file.
  private let read: (String) throws(FlowCatalogError) -> FlowCatalog.Found
  private var outcomes: [ExactName: Outcome] = [:]
  /// The flows that are being looked at, each run by the one before it.
  private var path: [String] = []
  private var readCount = 0
  /// Of the outermost flow; one that was found has to be whole.
  private let unknownNames: UnknownNames

  init(
    unknownNames: UnknownNames, read: @escaping (String) throws(FlowCatalogError) -> FlowCatalog.Found
  ) {
    self.unknownNames = unknownNames
    self.read = read
  }

  /// Adds the flows that a flow's steps run, or what is wrong with them.
  ///
  /// - Parameter result: Also of a file with errors: all that is wrong is told at once.
  /// - Returns: The result, without a definition if a flow below it cannot be had; and the flow with all below it.
  mutating func resolve(_ result: FlowFileResult, id: String, file: String) -> (FlowFileResult, PinnedDefinition?) {
    // Why a flow failed may depend on where it was looked at from; what was found does not.
    outcomes = outcomes.filter { if case .found = $0.value { true } else { false } }
    readCount = 0
    let (resolved, pinned, _) = descend(result, id: id, file: file)
    return (resolved, pinned)
  }

  private mutating func descend(
    _ result: FlowFileResult, id: String, file: String
  ) -> (FlowFileResult, PinnedDefinition?, depth: Int) {
    let isAsked = result.definition != nil || path.isEmpty
    guard isAsked, !result.subflowCalls.isEmpty else { return (result, result.pinned(), 0) }
    var problems: [Diagnostic] = []
    var warnings: [Diagnostic] = []
    var subflows: [String: PinnedDefinition] = [:]
    var depth = 0
    path.append(id)
    defer { path.removeLast() }
    for call in result.subflowCalls where problems.count < Limits.diagnosticsMax {
      func diagnostic(_ message: String, _ severity: Diagnostic.Severity = .error) -> Diagnostic {
        let (line, column) = (Int(call.position.line), Int(call.position.column))
        return Diagnostic(severity: severity, file: file, line: line, column: column, message: message)
      }
      func report(_ message: String, _ severity: Diagnostic.Severity = .error) {
        problems.append(diagnostic(message, severity))
      }
      let flow = call.call.flow
      switch outcome(of: flow) {
      case .failed(let reason): report(reason)
      case .unknown(let reason):
        report(reason + unknownNames.explanation, path.count == 1 ? unknownNames.severity : .error)
      case .found(let pinned, let below):
        guard below < Limits.subflowDepthMax else {
          report(Self.tooDeep(flow))
          continue
        }
        depth = max(depth, below + 1)
        for problem in inputProblems(call, pinned.flow) { report(problem) }
        warnings += Self.withoutEffect(pinned.flow).map { diagnostic($0, .warning) }
        subflows.merge(pinned.subflows) { first, _ in first }
        subflows[flow] = pinned
        if subflows.count > Limits.subflowsMax {
          report(Self.tooMany(flow))
        }
      }
    }
    guard problems.isEmpty else { return (result.adding(problems + warnings), nil, 0) }
    return (result.adding(warnings, isWhole: true), result.pinned(subflows: subflows), depth)
  }

  /// What a flow says that only a run of its own follows.
  private static func withoutEffect(_ flow: FlowDefinition) -> [String] {
    var warnings: [String] = []
    if flow.concurrencyGroup != nil {
      warnings.append(
        "flow \(quoted(flow.id)) has 'concurrency: group', which has no effect here: a run that is another's step does "
          + "not wait for those of its group")
    }
    if let mode = flow.mode {
      warnings.append(
        "flow \(quoted(flow.id)) has 'mode: \(mode.name)', which has no effect here: its run has the mode of this one")
    }
    return warnings
  }

  /// What is wrong with the inputs that a step gives, as far as it is known before it runs.
  private func inputProblems(_ reference: SubflowReference, _ flow: FlowDefinition) -> [String] {
    guard !reference.hasBrokenInputs else { return [] }
    var computed: [String] = []
    var given: [JSONValue.Member] = []
    var definitions = flow.inputs
    for input in reference.call.inputs {
      if let value = input.value.constantValue {
        given.append(JSONValue.Member(input.name, value))
      } else if let index = definitions.firstIndex(where: { ExactName($0.name) == ExactName(input.name) }) {
        // It has a value when the step runs, and is checked then.
        if definitions[index].kind == .secret, !input.value.isName { computed.append(input.name) }
        definitions.remove(at: index)
      } else {
        given.append(JSONValue.Member(input.name, .null))
      }
    }
    var messages = computed.map { name in
      "input \(quoted(name)) is a secret: give it a secret input or the answer to a secret question, by itself"
    }
    if case .failure(let failure) = InputValidation.validate(given: .object(given), against: definitions) {
      messages += failure.messages
    }
    return messages.map { "flow \(quoted(reference.call.flow)): \($0)" }
  }

  private mutating func outcome(of id: String) -> Outcome {
    if let start = path.firstIndex(where: { ExactName($0) == ExactName(id) }) {
      let circle = (path[start...] + [id]).joined(separator: " → ")
      return .failed("the flows run each other in a circle: \(circle)")
    }
    if let known = outcomes[ExactName(id)] { return known }
    // What is past the bounds is not looked at: the outermost flow is refused in any case.
    guard path.count <= Limits.subflowDepthMax else { return .failed(Self.tooDeep(id)) }
    readCount += 1
    guard readCount <= Limits.subflowsMax else { return .failed(Self.tooMany(id)) }
    let outcome = look(for: id)
    outcomes[ExactName(id)] = outcome
    return outcome
  }

  private static func tooDeep(_ id: String) -> String {
    "flow \(quoted(id)) leads to flows more than \(Limits.subflowDepthMax) deep"
  }

  private static func tooMany(_ id: String) -> String {
    "with flow \(quoted(id)) one run would use more than \(Limits.subflowsMax) flows"
  }

  private mutating func look(for id: String) -> Outcome {
    do throws(FlowCatalogError) {
      let found = try read(id)
      let (result, pinned, depth) = descend(found.result, id: id, file: found.path)
      if let pinned { return .found(pinned, depth: depth) }
      let first = result.diagnostics.first { $0.severity == .error }
      return .failed("flow \(quoted(id)) is not valid: \(first?.description ?? "it has no definition")")
    } catch {
      guard case .notFound = error else { return .failed(error.messageForStep) }
      return .unknown(error.messageForStep)
    }
  }
}

extension FlowFileResult {
  /// The result of a file about which more is found than its text says.
  ///
  /// - Parameter isWhole: Nothing is unknown; else it has no hash. With an error the flow cannot be had at all.
  func adding(_ problems: [Diagnostic], isWhole: Bool = false) -> FlowFileResult {
    guard !problems.isEmpty else { return self }
    let all = Self.sorted(diagnostics + problems)
    guard !problems.contains(where: { $0.severity == .error }) else {
      return FlowFileResult(diagnostics: all, subflowCalls: subflowCalls, documentReferences: documentReferences)
    }
    var result = self
    result.diagnostics = all
    if !isWhole { result.hash = "" }
    return result
  }

  /// In the order of the file, at most `Limits.diagnosticsMax`; errors have precedence.
  private static func sorted(_ diagnostics: [Diagnostic]) -> [Diagnostic] {
    let errors = diagnostics.filter { $0.severity == .error }
    let warnings = diagnostics.filter { $0.severity == .warning }
    let kept = (errors + warnings).prefix(Limits.diagnosticsMax)
    return kept.sorted { ($0.line, $0.column) < ($1.line, $1.column) }
  }
}

extension FlowCatalogError {
  /// For the step that names the flow.
  fileprivate var messageForStep: String {
    switch self {
    case .notFound(let id, let suggestion):
      "unknown flow \(quoted(id))" + (suggestion.map { "; did you mean \(quoted($0))?" } ?? "")
    case .invalidID, .unreadable: message
    }
  }
}

extension ValueTemplate {
  /// Whether it is an expression that only follows names.
  fileprivate var isName: Bool {
    if case .string(let template) = self { template.onlyExpression?.path != nil } else { false }
  }
}
