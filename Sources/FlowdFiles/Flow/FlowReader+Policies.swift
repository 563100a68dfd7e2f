internal import FlowdModel
internal import FlowdSchema

extension FlowReader {
  /// The keys of a flow that say how its runs go.
  mutating func readPolicies(_ fields: Fields, into flow: inout FlowDefinition) {
    if let node = fields["mode"] {
      let word = nodes.choice(node, "'mode'", among: RunMode.allCases.map(\.name))
      flow.mode = RunMode.allCases.first { $0.name == word }
    }
    if let node = fields["concurrency"] { readConcurrency(node, into: &flow) }
    if let node = fields["network"] { flow.network = nodes.networkPolicy(node) }
    if let node = fields["on-cancel"] {
      flow.onCancel = nodes.choice(node, "'on-cancel'", among: ["graceful", "force"]) == "force" ? .force : .graceful
    }
    if let node = fields["on-failure"] { flow.onFailure = failurePolicy(node) }
    if let node = fields["input-timeout"] { flow.inputTimeout = nodes.duration(node, "'input-timeout'") }
    if let node = fields["input-expiry"] { flow.inputExpiry = inputExpiry(node) }
  }

  private mutating func readConcurrency(_ node: YAMLNode, into flow: inout FlowDefinition) {
    guard let fields = nodes.fields(node, Language.concurrency) else { return }
    if let node = fields["max-parallel"],
      let value = nodes.integer(node, "'max-parallel'", in: 1...Limits.maxParallelMax)
    {
      flow.maxParallel = value
    }
    guard let node = fields["group"], let group = template(node, "'group'", .group) else { return }
    if group.parts.isEmpty { nodes.report("'group' must not be empty", at: node.start) }
    flow.concurrencyGroup = group
  }

  private mutating func failurePolicy(_ node: YAMLNode) -> FailurePolicy {
    guard case .mapping = node.content else {
      guard case .scalar = node.content, !nodes.isNothing(node) else {
        nodes.reportMismatch(node, "'on-failure'", expected: "'cancel', 'finish', or a mapping of error classes")
        return FailurePolicy()
      }
      let mode = failureMode(node, "'on-failure'")
      return FailurePolicy(recoverable: mode, fatal: mode, needsUser: mode)
    }
    var policy = FailurePolicy()
    guard let fields = nodes.fields(node, Language.failure) else { return policy }
    if let node = fields["recoverable"] { policy.recoverable = failureMode(node, "'recoverable'") }
    if let node = fields["fatal"] { policy.fatal = failureMode(node, "'fatal'") }
    if let node = fields["needs-user"] { policy.needsUser = failureMode(node, "'needs-user'") }
    return policy
  }

  private mutating func failureMode(_ node: YAMLNode, _ name: String) -> CancelMode {
    nodes.choice(node, name, among: Language.failureWords) == "finish" ? .graceful : .force
  }

  private mutating func inputExpiry(_ node: YAMLNode) -> InputExpiry? {
    guard case .mapping = node.content else {
      return nodes.duration(node, "'input-expiry'").map { InputExpiry(after: $0) }
    }
    guard let fields = nodes.fields(node, Language.expiry) else { return nil }
    var policy = InputExpiry.Policy.fail
    if let node = fields["then"] {
      let word = nodes.choice(node, "'then'", among: InputExpiry.Policy.allCases.map(\.rawValue))
      policy = word.flatMap(InputExpiry.Policy.init) ?? policy
    }
    guard let after = fields["after"] else {
      nodes.report("'input-expiry' needs 'after'", at: node.start)
      return nil
    }
    return nodes.duration(after, "'after'").map { InputExpiry(after: $0, policy: policy) }
  }
}
