import FlowdModel
import TestSupport

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
    text += policies()
    if flip() { text += defaults() }
    text += "steps:\n"
    for index in 0..<stepCount { text += step(index) }
    if flip() { text += "outputs: { one: \(value(of: stepCount)), \"two\": \(json(depth: 2)) }\n" }
    if flip() { text += "report: |\n  \(pick(["a", "# é", "${{ tostring(steps.s0) }}"]))\n\n  ${{ run.id }}\n" }
    return text
  }

  private mutating func policies() -> String {
    var text = ""
    if flip() { text += "network: \(pick(["{ private: False, deny: [a.b] }", "{ allow: ['::1', 10.0.0.0/8] }"]))\n" }
    if flip() { text += "mode: \(pick(["batch", "interactive", "hybrid"]))\n" }
    if flip() { text += "on-cancel: \(pick(["graceful", "force"]))\n" }
    if flip() { text += "on-failure: \(pick(["cancel", "finish", "{ fatal: finish, recoverable: cancel }"]))\n" }
    if flip() { text += "input-timeout: \(pick(["5m", "1h30m"]))\n" }
    if flip() { text += "input-expiry: \(pick(["7d", "{ then: keep, after: 1d }", "{ after: 1h }"]))\n" }
    return text
  }

  private mutating func defaults() -> String {
    var keys = ["circuit: c"]
    if flip() { keys.append("retry: \(retry())") }
    if flip() { keys.append("env: { D: \(scalar()), X: \"${{ inputs.first }}\" }") }
    if flip() { keys.append("expect: [\(check()), { json: $, exists: true }]") }
    if flip() { keys.append("timeout: 5m") }
    if flip() { keys.append("baseUrl: http://x/v1, headers: { X: \(line()) }") }
    keys.shuffle(using: &random)
    return "defaults: { \(keys.joined(separator: ", ")) }\n"
  }

  // MARK: steps

  private mutating func step(_ index: Int) -> String {
    let kind = pick(["run", "run", "http", "agent", "script", "input", "wait", "flow"])
    var keys = ["id: s\(index)", "uses: \(kind)", "with: \(with(kind, index))"]
    if flip() { keys.append("label: \(pick(["'x'", "12", "True", "\"é\\n😀\""]))") }
    if index > 0, flip() {
      let other = Int.random(in: 0..<index, using: &random)
      keys.append("needs: " + pick(["s\(other)", "[s\(other)]", "{ s\(other): any }", "{ s\(other): ok }", "[ ]"]))
    }
    if flip() { keys.append("if: \(pick(["always()", "${{ inputs.first == 'x' }}", "true", "not failure()"]))") }
    if flip() { keys.append("foreach: \(pick(["[1, a]", "{ as: x, in: \"${{ {1} }}\" }", "split('a', ',')"]))") }
    if flip() { keys.append("continue-on-error: \(pick(["true", "False", "TRUE"]))") }
    if kind == "run" {
      if flip() { keys.append("env: { X: \(template(of: 0)), \"Y\": \(scalar()) }") }
      if flip() { keys.append("cwd: \(pick(["src", "/tmp", "\"${{ run.cwd }}/x\""]))") }
      if flip() { keys.append("\(pick(["expect", "+expect"])): [\(check()), \(check())]") }
    }
    if ["run", "http", "agent", "script", "flow"].contains(kind) {
      if flip() { keys.append("timeout: \(pick(["1s", "500ms", "1h30m"]))") }
      if flip() { keys.append("retry: \(retry())") }
      if flip() { keys.append("until: { interval: 1s, condition: \(pick(["true", "\"${{ error == nil }}\""])) }") }
      if flip() { keys.append("on-restart: \(pick(["retry", "fail", "ask"]))") }
    }
    if ["run", "http", "agent", "script", "input"].contains(kind), flip() {
      keys.append("outputs: { o: \(value(of: 0)), 'p': 1.50 }")
    }
    keys.shuffle(using: &random)
    return "  - " + keys.joined(separator: "\n    ") + "\n"
  }

  private mutating func with(_ kind: String, _ index: Int) -> String {
    switch kind {
    case "script":
      pick([
        "{ lua: return 1 }", "{ lua: \"return { a = '}' }\" }",
        "\n      lua: |\n        local a = inputs.first\n        return a",
      ])
    case "http": http(index)
    case "agent": agent(index)
    case "input":
      "{ prompt: \(template(of: index)), \(pick(["type: number, default: 0x1F", "default: 1.0", "type: choice, options: [1, b], default: b", "type: secret"])) }"
    case "wait":
      pick(["{ for: 1s }", "{ for: \"${{ inputs.first }}\" }", "{ until: true, deadline: 1h, interval: 5s }"])
    case "flow": "{ inputs: { b: \(value(of: index)), a: \(json(depth: 2)) }, flow: other }"
    default:
      flip()
        ? "{ command: \(pick(["make", "\"a b\"", "'it''s'", "5"])), shell: \(pick(["sh", "/bin/bash"])) }"
        : "{ command: [prog, \(scalar()), \(template(of: index))] }"
    }
  }

  private mutating func http(_ index: Int) -> String {
    var keys = ["url: \(pick(["http://x/y", "\"https://x/${{ run.id }}\"", "\"${{ inputs.first }}\""]))"]
    if flip() { keys.append("method: \(pick(["POST", "'PUT'", "\"${{ inputs.first }}\""]))") }
    if flip() { keys.append("query: { a: \(scalar()), \"b\": [1, \(template(of: index))], c: ~ }") }
    if flip() { keys.append("headers: { X: \(line()), B: \"a ${{ secrets.A }}\" }") }
    if flip() {
      keys.append(
        pick([
          "json: \(value(of: index))", "form: { a: \(scalar()), b: ~ }", "body: \(scalar())", "file: 1.0",
          "multipart: [{ value: \(scalar()), name: a }, { name: 1, file: f, type: a/b }]",
        ]))
    }
    if flip() {
      keys.append("auth: \(pick(["{ bearer: 1 }", "{ netrc: TRUE }", "{ basic: { password: 1.0, user: a } }"]))")
    }
    if flip() { keys.append("redirects: \(pick(["false", "0x10", "True"])), cookies: \(pick(["false", "TRUE"]))") }
    if flip() { keys.append("tls: { verify: False, ca: 5 }, version: \(pick(["2", "1.1", "'any'"]))") }
    if flip() { keys.append("max-body: \(pick(["10", "010", "64MiB"])), save-to: \(pick(["1.0", "out"]))") }
    keys.shuffle(using: &random)
    return "{ \(keys.joined(separator: ", ")) }"
  }

  private mutating func agent(_ index: Int) -> String {
    var keys = ["prompt: \(pick(["x", "5", "\"${{ run.id }}\""]))"]
    if flip() { keys.append("persona: \(pick(["reviewer", "1.0"])), contracts: [evidence, 2]") }
    if flip() { keys.append("provider: \(template(of: index)), model: 1.0") }
    if flip() { keys.append("read_only: False, max-output: \(pick(["1KiB", "0100"]))") }
    if flip() { keys.append("output: json, schema: { type: object, minProperties: 0x1, title: \(json(depth: 1)) }") }
    keys.shuffle(using: &random)
    return "{ \(keys.joined(separator: ", ")) }"
  }

  private mutating func retry() -> String {
    pick([
      "{ limit: 3 }", "{ limit: 0x2, delay: 1s, backoff: 1.50, jitter: .5 }", "{ when: any, max-delay: 2m }",
      "{ when: \"${{ error ~= nil }}\" }", "{ when: recoverable }", "{}",
    ])
  }

  private mutating func check() -> String {
    pick([
      "exit: 0", "{ stdout: { startsWith: 1.0, contains: \(scalar()) } }", "{ duration: { \"<\": 1m } }",
      "{ json: $.a, type: object, not: true }", "{ json: '$', count: { \">\": 1, \"==\": +2 } }",
      "{ regex: 'a(b)', exists: false, matches: b }", "{ body: { \"==\": \(json(depth: 1)) } }",
      "{ stderr: { isEmpty: true } }",
    ])
  }

  private mutating func value(of index: Int) -> String {
    pick([template(of: index), "[1, \(template(of: index))]", "{ b: \(template(of: index)), a: ~ }", json(depth: 1)])
  }

  // MARK: inputs and values

  private mutating func input() -> String {
    switch Int.random(in: 0..<5, using: &random) {
    case 0: return pick(["string", "number", "boolean", "json", "{ required: True }"])
    case 1: return "{ default: \(pick(["a", "1.0", "true", "'~'", "\"\\u00e9\""])), description: \(scalar()) }"
    case 2: return "{ type: number, default: \(pick(["1", "-1.50", ".5", "0x1F", "1.e3", "+0"])) }"
    case 3: return "{ type: choice, options: [1, b, 'True', yes], default: \(pick(["1", "b", "True", "'yes'"])) }"
    default:
      return pick(["{ type: json, default: \(json(depth: 3)) }", "secret", "{ type: secret, default: secret:A_B }"])
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

  /// A text without control characters but tabs.
  private mutating func line() -> String {
    pick(["plain", "8080", "1.0", "007", "True", "yes", "'single ''quoted'''", "\"é😀\"", "'null'", "\"\"", "' '"])
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
