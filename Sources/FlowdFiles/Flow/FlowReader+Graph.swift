internal import FlowdModel
internal import FlowdSchema

extension FlowReader {
  /// Reports cycles, and references to steps that are not needed.
  mutating func checkGraph(_ steps: [StepDefinition]) {
    let graph = StepGraph(steps.map { $0.needs.map(\.step) })
    var cycles = graph.cycles()
    while let cycle = cycles.next(), !nodes.isFull {
      let names = (cycle + [cycle[0]]).map { outlines[$0].id.isEmpty ? "step \($0 + 1)" : outlines[$0].id }
      let shown = names.count <= 12 ? names : names.prefix(10) + ["…"] + names.suffix(1)
      nodes.report(
        "the steps need each other in a circle: \(shown.joined(separator: " → "))", at: needsPositions[cycle[0]])
    }
    guard !cycles.foundAny, !references.isEmpty else { return }
    let ancestors = graph.ancestors()
    for reference in references where !nodes.isFull {
      if reference.from == reference.to {
        let from = quoted(outlines[reference.from].id)
        nodes.report(
          "step \(from) may not refer to its own results\(ownNamesHint(reference))",
          at: reference.text.position(of: reference.offset))
      } else if !ancestors.contains(reference.to, of: reference.from), !steps[reference.from].isFinalizer {
        // What runs whatever happened may look at whatever there is.
        let (from, to) = (quoted(outlines[reference.from].id), quoted(outlines[reference.to].id))
        nodes.report(
          "step \(from) does not need step \(to), whose results may not be there yet; add it to 'needs'",
          at: reference.text.position(of: reference.offset))
      }
    }
  }

  private func ownNamesHint(_ reference: StepReference) -> String {
    guard let kind = reference.ownKind else { return "" }
    let names = ScopeNames.ownNames(of: kind.rawValue)
    return names.isEmpty ? "" : " by its id; here they are called \(names.joined(separator: ", "))"
  }
}
