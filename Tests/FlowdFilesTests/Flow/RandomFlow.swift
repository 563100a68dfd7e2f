import FlowdModel

/// Valid flow files made up from a seed.
struct RandomFlow {
  private var random: SplitMix64

  init(seed: UInt64) { random = SplitMix64(seed: seed) }

  mutating func yaml() -> String {
    let stepCount = Int.random(in: 1...6, using: &random)
    var text = ""
    if flip() { text += "name: \(pick(["Name", "12", "True", "\"é\\n\"", "yes"]))\n" }
    if flip() { text += "description: \(scalar())\n" }
    text += "inputs:\n  first: string\n"
    for index in 0..<Int.random(in: 0...5, using: &random) { text += "  i\(index): \(input())\n" }
    if flip() { text += "env:\n  \(pick(["B", "z"])): \(scalar())\n  _A1: \(scalar())\n" }
    if flip() { text += "concurrency: { max-parallel: \(pick(["1", "0x10", "+7", "256"])) }\n" }
    text += "steps:\n"
    for index in 0..<stepCount { text += step(index) }
    if flip() { text += "report: |\n  \(pick(["a", "# é", "${{ steps.s0.stdout }}"]))\n\n  ${{ run.id }}\n" }
    return text
  }

  private mutating func step(_ index: Int) -> String {
    var keys = ["id: s\(index)", "uses: run"]
    keys.append(
      flip()
        ? "with: { command: \(pick(["make", "\"a b\"", "'it''s'", "5"])), shell: \(pick(["sh", "/bin/bash"])) }"
        : "with: { command: [prog, \(scalar()), \(template(of: index))] }")
    if flip() { keys.append("label: \(pick(["'x'", "12", "True", "\"é\\n😀\""]))") }
    if index > 0, flip() {
      let other = Int.random(in: 0..<index, using: &random)
      keys.append("needs: " + pick(["s\(other)", "[s\(other)]", "{ s\(other): any }", "{ s\(other): ok }", "[ ]"]))
    }
    if flip() { keys.append("env: { X: \(template(of: 0)), \"Y\": \(scalar()) }") }
    if flip() { keys.append("cwd: \(pick(["src", "/tmp", "\"${{ run.cwd }}/x\""]))") }
    if flip() { keys.append("timeout: \(pick(["1s", "500ms", "1h30m"]))") }
    if flip() { keys.append("continue-on-error: \(pick(["true", "False", "TRUE"]))") }
    if flip() { keys.append("on-restart: \(pick(["retry", "fail"]))") }
    keys.shuffle(using: &random)
    return "  - " + keys.joined(separator: "\n    ") + "\n"
  }

  private mutating func input() -> String {
    switch Int.random(in: 0..<5, using: &random) {
    case 0: return pick(["string", "number", "boolean", "json", "{ required: True }"])
    case 1: return "{ default: \(pick(["a", "1.0", "true", "'~'", "\"\\u00e9\""])), description: \(scalar()) }"
    case 2: return "{ type: number, default: \(pick(["1", "-1.50", ".5", "0x1F", "1.e3", "+0"])) }"
    case 3: return "{ type: choice, options: [1, b, 'True', yes], default: \(pick(["1", "b", "True", "'yes'"])) }"
    default: return "{ type: json, default: \(json(depth: 3)) }"
    }
  }

  private mutating func json(depth: Int) -> String {
    switch Int.random(in: 0..<(depth == 0 ? 3 : 5), using: &random) {
    case 0: return pick(["1", "0x1F", ".5", "-7", "1e9"])
    case 1: return pick(["~", "null", "true", "FALSE", "yes", "''"])
    case 2: return scalar()
    case 3: return "[\(json(depth: depth - 1)), \(json(depth: depth - 1))]"
    default: return "{ b: \(json(depth: depth - 1)), \"a\": \(json(depth: depth - 1)), 5: \(json(depth: depth - 1)) }"
    }
  }

  private mutating func scalar() -> String {
    pick([
      "plain", "8080", "1.0", "007", "0o7", "True", "yes", "'single ''quoted'''", "\"a\\tb\\\\c\\x07\"",
      "\"\\N\\L\\P\"",
      "é😀", "'null'", "\"\"", "' '", "1_000", "a-b", "\"\\uFEFF\"", "\"\\U0001F600\"",
    ])
  }

  private mutating func template(of index: Int) -> String {
    index > 0 && flip()
      ? pick(["\"${{ inputs.first }}\"", "\"$${{ x }}${{ run.id }}\""])
      : pick(["\"${{ run.session }} é\"", "\"a${{inputs.first}}b\"", "plain"])
  }

  private mutating func flip() -> Bool { Bool.random(using: &random) }

  private mutating func pick(_ choices: [String]) -> String { choices.randomElement(using: &random) ?? "" }
}
