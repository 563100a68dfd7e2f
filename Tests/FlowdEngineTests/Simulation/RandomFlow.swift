import FlowdModel
import TestSupport

/// Flow files of everything the language has, valid always.
struct RandomFlow {
  /// Where the times, the attempts and the circuits do not matter to how a run ends.
  var isDeterministic = false
  private var lines: [String] = []
  private var steps: [Step] = []

  private struct Step {
    let id: String
    let kind: String
    let isList: Bool
  }

  static func make(
    _ id: String, _ random: inout SplitMix64, subflows: [PinnedDefinition] = [], isDeterministic: Bool = false
  ) throws -> PinnedDefinition {
    var flow = RandomFlow(isDeterministic: isDeterministic)
    flow.header(&random)
    flow.lines.append("steps:")
    for index in 0..<(1 + random.below(6)) { flow.step(index, &random, subflows) }
    if random.oneIn(2), let step = flow.steps.randomElement(using: &random) {
      let reads = step.isList ? "#steps.\(step.id)" : "steps.\(step.id).status"
      flow.lines.append("report: \"it was ${{ \(reads) }}\"")
    }
    if random.oneIn(2), let step = flow.steps.first(where: { $0.kind == "run" && !$0.isList }) {
      flow.lines.append("outputs: { said: \"${{ steps.\(step.id).stdout }}\" }")
    }
    return try Flows.parse(id, flow.lines.joined(separator: "\n"), subflows: subflows)
  }

  private mutating func header(_ random: inout SplitMix64) {
    lines.append("inputs: { n: { type: number, default: \(random.below(3)) } }")
    let group = !isDeterministic && random.oneIn(6) ? ", group: g" : ""
    lines.append("concurrency: { max-parallel: \(1 + random.below(3))\(group) }")
    if random.oneIn(2) { lines.append("on-failure: finish") }
    if random.oneIn(4), !isDeterministic { lines.append("input-timeout: 2s") }
    if random.oneIn(4), !isDeterministic {
      lines.append("input-expiry: { after: 3s, then: \(random.pick(["fail", "default", "keep"])) }")
    }
  }

  private mutating func step(_ index: Int, _ random: inout SplitMix64, _ subflows: [PinnedDefinition]) {
    let id = "s\(index)"
    let needs = steps.filter { _ in random.oneIn(2) }
    let kinds =
      ["run", "run", "run", "run", "script", "input", "wait", "http", "agent", "agent"]
      + (subflows.isEmpty ? [] : ["flow"])
    let kind = random.pick(kinds)
    lines.append("  - id: \(id)")
    lines.append("    uses: \(kind)")
    let needed = needs.map { "\($0.id): \(random.oneIn(4) ? "any" : "ok")" }.joined(separator: ", ")
    lines.append(needs.isEmpty ? "    needs: []" : "    needs: { \(needed) }")
    with(kind, needs, &random, subflows)
    if random.oneIn(4) { lines.append("    if: \"${{ \(condition(needs, &random)) }}\"") }
    let isList = kind != "wait" && random.oneIn(5)
    if isList { foreach(needs, &random) }
    if random.oneIn(4) { lines.append("    continue-on-error: true") }
    if ["run", "script", "flow", "http", "agent"].contains(kind) { policies(kind, &random) }
    if kind == "run" { results(needs, &random) }
    steps.append(Step(id: id, kind: kind, isList: isList))
  }

  private mutating func with(
    _ kind: String, _ needs: [Step], _ random: inout SplitMix64, _ subflows: [PinnedDefinition]
  ) {
    switch kind {
    case "run": lines.append("    with: { command: \"true\" }")
    case "script":
      let value = needs.first { !$0.isList }.map { "steps.\($0.id).status" } ?? "inputs.n"
      lines.append("    with: { lua: \"return { \(value) }\" }")
    case "input":
      let timeout = !isDeterministic && random.oneIn(4) ? ", timeout: 3s" : ""
      let secret = !isDeterministic && random.oneIn(8)
      let type = secret ? "type: secret" : "type: boolean\(random.oneIn(2) ? ", default: true" : "")"
      lines.append("    with: { prompt: Well?, \(type)\(timeout) }")
    case "http": lines.append("    with: { url: \"http://h\(random.below(2))/${{ inputs.n }}\" }")
    case "agent": lines.append("    with: { prompt: \"Look at ${{ inputs.n }}\" }")
    case "flow":
      lines.append("    with: { flow: \(random.pick(subflows).flow.id), inputs: { n: \(random.below(3)) } }")
    default:
      lines.append("    with: { for: \(random.below(3))s }")
    }
  }

  private func condition(_ needs: [Step], _ random: inout SplitMix64) -> String {
    let need = needs.first { !$0.isList }
    switch random.below(6) {
    case 0: return "always()"
    case 1: return "failure()"
    case 2: return "cancelled()"
    case 3: return "inputs.n > 0"
    default: return need.map { "steps.\($0.id).status == 'succeeded'" } ?? "success()"
    }
  }

  private mutating func foreach(_ needs: [Step], _ random: inout SplitMix64) {
    let bound = random.oneIn(2) ? ", max-parallel: \(1 + random.below(2))" : ""
    let from = needs.first { $0.kind == "script" && !$0.isList }
    let list = from.map { "\"${{ steps.\($0.id).result or {} }}\"" } ?? random.pick(["[]", "[1]", "[1, 2, 3]"])
    lines.append("    foreach: { in: \(list), as: one\(bound) }")
  }

  private mutating func policies(_ kind: String, _ random: inout SplitMix64) {
    let delay = random.below(3)
    if random.oneIn(3) { lines.append("    retry: { limit: \(1 + random.below(2)), delay: \(delay)s, when: any }") }
    if isDeterministic { return }
    lines.append("    on-restart: \(random.pick(["retry", "retry", "fail", "ask"]))")
    if kind == "flow", random.oneIn(4) { lines.append("    timeout: 2s") }
    if random.oneIn(8) { lines.append("    deadline: 5s") }
    if random.oneIn(10) { lines.append("    circuit: peer") }
  }

  private mutating func results(_ needs: [Step], _ random: inout SplitMix64) {
    if let read = needs.first(where: { $0.kind == "run" && !$0.isList }), random.oneIn(2) {
      lines.append("    env: { SEEN: \"${{ #steps.\(read.id).stdout }}\" }")
    }
    if random.oneIn(6) { lines.append("    outputs: { o: \"${{ #stdout }}\" }") }
    if random.oneIn(6) { lines.append("    expect: [{ stdout: { contains: done } }]") }
    if random.oneIn(8) {
      lines.append("    until: { condition: \"${{ stdout ~= 'not yet' }}\", interval: 1s, deadline: 4s }")
    }
  }
}
