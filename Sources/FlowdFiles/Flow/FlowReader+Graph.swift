internal import FlowdModel

extension FlowReader {
  /// Reports cycles, and references to steps that are not needed.
  mutating func checkGraph(_ steps: [StepDefinition]) {
    let graph = StepGraph(steps.map { $0.needs.map(\.step) })
    var cycles = graph.cycles()
    while let cycle = cycles.next(), !nodes.isFull {
      let names = (cycle + [cycle[0]]).map { stepIDs[$0].isEmpty ? "step \($0 + 1)" : stepIDs[$0] }
      let shown = names.count <= 12 ? names : names.prefix(10) + ["…"] + names.suffix(1)
      nodes.report(
        "the steps need each other in a circle: \(shown.joined(separator: " → "))", at: needsPositions[cycle[0]])
    }
    guard !cycles.foundAny, !references.isEmpty else { return }
    let ancestors = graph.ancestors()
    for reference in references where !nodes.isFull {
      let (from, to) = (quoted(stepIDs[reference.from]), quoted(stepIDs[reference.to]))
      guard !ancestors.contains(reference.to, of: reference.from) else { continue }
      let position = nodes.source.position(ofReference: reference.offset, in: reference.node)
      if reference.from == reference.to {
        nodes.report("step \(from) may not refer to its own results", at: position)
      } else {
        nodes.report(
          "step \(from) does not need step \(to), whose results may not be there yet; add it to 'needs'", at: position)
      }
    }
  }
}
