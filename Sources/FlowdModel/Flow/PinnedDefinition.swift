/// A definition that runs share, with what the scheduler needs worked out once. Immutable.
package final class PinnedDefinition: Equatable, Sendable {
  package let flow: FlowDefinition
  /// Lower-case hexadecimal SHA-256 of `canonicalJSON`.
  package let hash: String
  package let canonicalJSON: [UInt8]
  /// The file as it was, so that errors name its lines also after a restart; empty: not kept.
  package let source: [UInt8]
  /// The flows that its steps run, and theirs, as they were when this one was looked up; by id.
  package let subflows: [String: PinnedDefinition]
  /// By step: the steps that need it.
  package let dependents: [[Int]]
  private let indices: [String: Int]
  /// By step: whether an expression reads its results.
  package let isOutputReferenced: [Bool]

  package init(
    flow: FlowDefinition, hash: String, canonicalJSON: [UInt8], source: [UInt8] = [],
    subflows: [String: PinnedDefinition] = [:]
  ) {
    self.flow = flow
    self.hash = hash
    self.canonicalJSON = canonicalJSON
    self.source = source
    self.subflows = subflows
    var dependents = [[Int]](repeating: [], count: flow.steps.count)
    for (index, step) in flow.steps.enumerated() {
      for need in step.needs { dependents[need.step].append(index) }
    }
    self.dependents = dependents
    indices = Dictionary(flow.steps.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    isOutputReferenced = PinnedDefinition.referencedOutputs(of: flow)
  }

  /// The index of the step with an id.
  package func index(of step: String) -> Int? { indices[step] }

  package static func == (left: PinnedDefinition, right: PinnedDefinition) -> Bool { left.hash == right.hash }

  private static func referencedOutputs(of flow: FlowDefinition) -> [Bool] {
    var referenced = [Bool](repeating: false, count: flow.steps.count)
    for expression in flow.ownExpressions + flow.steps.flatMap(\.expressions) {
      if expression.reads.readsAnyStep { return [Bool](repeating: true, count: flow.steps.count) }
      for index in expression.reads.steps { referenced[index] = true }
    }
    return referenced
  }
}
