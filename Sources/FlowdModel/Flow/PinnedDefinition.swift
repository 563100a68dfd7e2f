/// A definition that runs share, with what the scheduler needs worked out once. Immutable.
package final class PinnedDefinition: Equatable, Sendable {
  package let flow: FlowDefinition
  /// Lower-case hexadecimal SHA-256 of `canonicalJSON`.
  package let hash: String
  package let canonicalJSON: [UInt8]
  /// By step: the steps that need it.
  package let dependents: [[Int]]
  /// By step: whether a later step or the report refers to what it wrote.
  package let isOutputReferenced: [Bool]

  package init(flow: FlowDefinition, hash: String, canonicalJSON: [UInt8]) {
    self.flow = flow
    self.hash = hash
    self.canonicalJSON = canonicalJSON
    var dependents = [[Int]](repeating: [], count: flow.steps.count)
    for (index, step) in flow.steps.enumerated() {
      for need in step.needs { dependents[need.step].append(index) }
    }
    self.dependents = dependents
    isOutputReferenced = PinnedDefinition.referencedOutputs(of: flow)
  }

  package static func == (left: PinnedDefinition, right: PinnedDefinition) -> Bool { left.hash == right.hash }

  private static func referencedOutputs(of flow: FlowDefinition) -> [Bool] {
    var referenced = [Bool](repeating: false, count: flow.steps.count)
    var templates = flow.env.map(\.value)
    if let report = flow.report { templates.append(report) }
    for step in flow.steps {
      templates += step.env.map(\.value)
      if let directory = step.workingDirectory { templates.append(directory) }
      if case .run(.arguments(let arguments)) = step.action { templates += arguments }
    }
    for template in templates {
      for case .reference(.step(let index, let field)) in template.parts where field == .stdout || field == .stderr {
        referenced[index] = true
      }
    }
    return referenced
  }
}
