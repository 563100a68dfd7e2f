internal import FlowdModel

extension FlowReader {
  /// One step's needs, and which steps are among them.
  private struct NeedList {
    var needs: [Need] = []
    var steps: Set<Int> = []
  }

  /// What a step waits for; the step before it when the file does not say.
  mutating func needs(_ fields: Fields, index: Int) -> [Need] {
    guard let node = fields["needs"] else { return index == 0 ? [] : [Need(step: index - 1)] }
    needsPositions[index] = fields.position(of: "needs") ?? node.start
    var needs = NeedList()
    switch node.content {
    case .sequence(let elements):
      for element in elements {
        guard let name = nodes.text(element, "an element of 'needs'") else { continue }
        add(name, any: false, at: element.start, of: index, to: &needs)
      }
    case .mapping(let entries):
      for entry in entries {
        let word = nodes.choice(entry.value, "the need for \(quoted(entry.key))", among: ["ok", "any"])
        add(entry.key, any: word == "any", at: entry.position, of: index, to: &needs)
      }
    case .scalar, .refused:
      guard nodes.describe(node) != "nothing" else {
        nodes.reportMismatch(node, "'needs'", expected: "a step, a list of steps, or [] for none")
        break
      }
      guard let name = nodes.text(node, "'needs'") else { break }
      add(name, any: false, at: node.start, of: index, to: &needs)
    }
    return needs.needs
  }

  private mutating func add(
    _ name: String, any: Bool, at position: SourcePosition, of index: Int, to needs: inout NeedList
  ) {
    needsCount += 1
    guard needsCount <= Limits.flowNeedsMax else {
      if needsCount == Limits.flowNeedsMax + 1 {
        nodes.report("at most \(Limits.flowNeedsMax) needs are allowed in one flow", at: position)
      }
      return
    }
    guard let step = stepIndices[name] else {
      if !nodes.isFull { nodes.report("unknown step \(quoted(name))\(stepHint(name))", at: position) }
      return
    }
    if step == index {
      nodes.report("step \(quoted(name)) may not need itself", at: position)
    } else if needs.steps.insert(step).inserted {
      needs.needs.append(Need(step: step, any: any))
    } else {
      nodes.report("step \(quoted(name)) is already needed", at: position)
    }
  }

  func stepHint(_ name: String) -> String {
    NearMiss.hint(for: name, among: outlines.lazy.map(\.id).filter { !$0.isEmpty })
  }
}
