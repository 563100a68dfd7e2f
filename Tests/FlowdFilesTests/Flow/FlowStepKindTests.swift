import FlowdFiles
import FlowdModel
import Testing

/// What each kind of step may say in `with`, and which keys it may have beside it.
struct FlowStepKindTests {
  @Test(
    arguments: [
      ("{}", ["4:11: 'uses: script' needs a 'lua'"]),
      ("{ lua: '' }", ["4:18: 'lua' must not be empty"]),
      ("{ lua: [x] }", ["4:18: 'lua' must be text, found a list"]),
      ("{ script: x }", ["4:11: 'uses: script' needs a 'lua'", "4:13: unknown key 'script'; write 'lua'"]),
      ("{ lua: return return }", ["4:18: this is not Lua: unexpected symbol near 'return'"]),
      ("{ lua: return steps.b.result }", ["4:25: unknown step 'b'"]),
      ("{ lua: return inputs.b }", ["4:25: unknown input 'b'"]),
      (
        "{ lua: \"return '${{ run.id }}'\" }",
        ["4:27: ${{ }} is not replaced in a script; it reads inputs and steps itself, such as inputs.name"]
      ),
      ("{ lua: return steps.a.result }", ["4:25: step 'a' may not refer to its own results"]),
    ] as [(String, [String])])
  func scriptsAreChecked(with: String, expected: [String]) {
    #expect(problems(withStep(uses: "script", with: with)) == expected)
  }

  @Test func aMistakeInAScriptIsFoundOnItsLine() {
    let text = withStep(
      uses: "script", with: "\n      lua: |\n        local x = 1\n        x = = 2\n        return inputs.no")
    #expect(problems(text) == ["7:9: this is not Lua: unexpected symbol near '='"])
    let names = withStep(
      uses: "script", with: "\n      lua: |\n        local x = 1\n        return steps.no, inputs.no")
    #expect(problems(names) == ["7:16: unknown step 'no'", "7:26: unknown input 'no'"])
  }

  @Test func aScriptMayHaveNamesOfItsOwn() {
    let text = withStep(uses: "script", with: "{ lua: \"local steps = { one = 1 } sum = steps.one return sum\" }")
    #expect(problems(text) == [])
  }

  @Test(
    arguments: [
      ("{}", ["4:11: 'uses: input' needs a 'prompt'"]),
      ("{ prompt: ' ' }", ["4:21: 'prompt' must not be empty"]),
      (
        "{ prompt: x, type: json }",
        ["4:30: unknown type 'json'; use 'string', 'number', 'boolean', 'choice', 'secret'"]
      ),
      ("{ prompt: x, type: choice }", ["4:11: a question of type 'choice' needs 'options'"]),
      ("{ prompt: x, options: [a] }", ["4:24: 'options' go with 'type: choice' only"]),
      ("{ prompt: x, type: secret, default: a }", ["4:47: a question of type 'secret' has no default"]),
      ("{ prompt: x, type: boolean, default: yes }", ["4:48: 'default' must be a boolean, found the string 'yes'"]),
      ("{ prompt: x, type: number, default: a }", ["4:47: 'default' must be a number, found the string 'a'"]),
      (
        "{ prompt: x, type: choice, options: [a, b], default: c }",
        ["4:64: 'default' must be one of 'a', 'b'; found the string 'c'"]
      ),
      ("{ prompt: x, timeout: 5 }", ["4:33: 'timeout' needs a unit; write 5s for seconds, or use ms, m, h or d"]),
      (
        "{ prompt: \"${{ value }}\" }",
        [
          "4:26: unknown name 'value'; a step's own results can be read in 'expect', 'until', 'outputs' and 'retry.when' only, those of other steps as steps.ID.value"
        ]
      ),
      ("{ message: x }", ["4:11: 'uses: input' needs a 'prompt'", "4:13: unknown key 'message'; write 'prompt'"]),
    ] as [(String, [String])])
  func questionsAreChecked(with: String, expected: [String]) {
    #expect(problems(withStep(uses: "input", with: with)) == expected)
  }

  @Test(
    arguments: [
      ("{ type: number, default: 5 }", .constant(.number("5"))), ("{ default: 5 }", .constant(.string("5"))),
      ("{ default: '' }", .constant(.string(""))), ("{ default: \"$${{ x }}\" }", .constant(.string("${{ x }}"))),
      ("{ type: choice, options: [1, 2], default: 2 }", .constant(.string("2"))),
      ("{ type: number, default: \"${{ 1 + 1 }}\" }", .string(template("1 + 1", 4))),
    ] as [(String, ValueTemplate)])
  func aQuestionsDefaultHasItsType(with: String, value: ValueTemplate) {
    let text = withStep(uses: "input", with: "{ prompt: x, " + with.dropFirst())
    guard case .input(let question) = parse(text).definition?.steps[0].action else { return #expect(Bool(false)) }
    #expect(question.defaultValue == value)
  }

  @Test(
    arguments: [
      ("{}", ["4:11: 'uses: wait' needs 'for', a duration, or 'until', an expression"]),
      ("{ for: 5s, until: true }", ["4:22: 'for' and 'until' exclude each other"]),
      (
        "{ for: 5s, interval: 1s, deadline: 2s }",
        ["4:22: 'interval' goes with 'until' only", "4:36: 'deadline' goes with 'until' only"]
      ),
      ("{ for: 5 }", ["4:18: 'for' needs a unit; write 5s for seconds, or use ms, m, h or d"]),
      ("{ for: soon }", ["4:18: 'for' must be a duration such as 30s, 10m or 1h30m; found 'soon'"]),
      ("{ until: steps.a.status }", ["4:20: step 'a' may not refer to its own results"]),
      ("{ until: \"a b\" }", ["4:21: this is not Lua: unexpected 'b'"]),
      ("5s", ["4:11: 'with' of 'uses: wait' must be a mapping, found the text '5s'"]),
    ] as [(String, [String])])
  func waitsAreChecked(with: String, expected: [String]) {
    #expect(problems(withStep(uses: "wait", with: with)) == expected)
  }

  @Test(
    arguments: [
      ("{ for: 0s }", .duration(Template("0s"))),
      ("{ for: \"${{ run.id }}\" }", .duration(template("run.id", 4))),
      ("{ until: true }", .until(expression("true", 4), interval: .seconds(1), deadline: nil)),
    ] as [(String, Wait)])
  func waitsAreRead(with: String, wait: Wait) {
    #expect(parse(withStep(uses: "wait", with: with)).definition?.steps[0].action == .wait(wait))
  }

  @Test(
    arguments: [
      ("{}", ["4:11: 'uses: flow' needs a 'flow'"]),
      ("{ flow: '' }", ["4:19: 'flow' must not be empty"]),
      ("{ flow: \"${{ inputs.x }}\" }", ["4:20: 'flow' is constant; ${{ }} is not replaced in it"]),
      ("{ flow: a/b }", ["4:19: the flow id 'a/b' must not hold '/'; a flow is named by its id, not by a path"]),
      ("{ flow: x, inputs: [a] }", ["4:30: 'inputs' must be a mapping of names to values, found a list"]),
      (
        "{ flow: x, inputs: { 'a b': 1 } }",
        ["4:32: 'a b' is not a name for an input; use at most 64 letters, digits, _ and -, a letter or _ first"]
      ),
      ("{ flow: x, inputs: { a: [\"${{ inputs.b }}\"] } }", ["4:41: unknown input 'b'"]),
    ] as [(String, [String])])
  func flowsAreChecked(with: String, expected: [String]) {
    #expect(problems(withStep(uses: "flow", with: with)) == expected)
  }

  @Test(arguments: [
    ("run", "with: { command: … }"), ("script", "with: { lua: … }"), ("input", "with: { prompt: … }"),
    ("wait", "with: { for: … }"), ("flow", "with: { flow: … }"),
    ("http", "with: { url: … }"), ("agent", "with: { prompt: … }"),
  ])
  func everyKindNeedsWith(kind: String, example: String) {
    #expect(problems("steps:\n  - id: a\n    uses: \(kind)\n") == ["3:11: 'uses: \(kind)' needs '\(example)'"])
  }

  private static let withs = [
    "run": "{ command: x }", "script": "{ lua: return 1 }", "input": "{ prompt: x }", "wait": "{ for: 1s }",
    "flow": "{ flow: x }", "http": "{ url: http://x }", "agent": "{ prompt: x }",
  ]

  private static let values = [
    "env": "{ A: b }", "cwd": "x", "expect": "[]", "+expect": "[]", "until": "{ condition: true }", "outputs": "{}",
    "retry": "{ limit: 1 }", "timeout": "1s", "deadline": "1s", "on-restart": "fail", "circuit": "x",
    "continue-on-error": "true", "foreach": "[1]", "if": "true", "label": "x",
  ]

  @Test(
    arguments: [
      ("run", [:]), ("agent", [:]),
      ("http", ["env": "; write the values in 'with', as ${{ }}", "cwd": ""]),
      (
        "script",
        ["env": "; write the values in 'with.lua', which reads 'inputs' and 'steps'", "cwd": ""]
      ),
      (
        "input",
        [
          "env": "", "cwd": "", "expect": "", "+expect": "", "until": "", "retry": "",
          "timeout": "; write 'with.timeout'",
          "deadline": "; write 'with.timeout'", "on-restart": "", "circuit": "",
        ]
      ),
      (
        "wait",
        [
          "env": "", "cwd": "", "expect": "", "+expect": "", "until": "; write 'with.until'", "outputs": "",
          "retry": "",
          "timeout": "; write 'with.deadline'", "deadline": "; write 'with.deadline'", "on-restart": "", "circuit": "",
        ]
      ),
      (
        "flow",
        [
          "env": "; write 'with.inputs'", "cwd": "", "expect": "", "+expect": "",
          "outputs": "; write 'outputs' in the flow it runs",
        ]
      ),
    ] as [(String, [String: String])])
  func keysThatMeanNothingAreRefused(kind: String, hints: [String: String]) throws {
    for (key, value) in Self.values {
      let text = withStep(uses: kind, with: try #require(Self.withs[kind]), "\(key): \(value)")
      let expected = hints[key].map { ["5:5: '\(key)' has no meaning for 'uses: \(kind)'\($0)"] } ?? []
      #expect(problems(text) == expected, "\(key) of \(kind)")
    }
  }

  @Test func sizesAreBounded() {
    let prompt = { (count: Int) in withStep(uses: "input", with: "{ prompt: \(String(repeating: "a", count: count)) }")
    }
    #expect(problems(prompt(Limits.promptBytesMax)) == [])
    #expect(problems(prompt(Limits.promptBytesMax + 1)) == ["4:21: 'prompt' has more than 16384 bytes"])
    let options = { (count: Int) in
      let list = (0..<count).map { "o\($0)" }.joined(separator: ",")
      return withStep(uses: "input", with: "{ prompt: x, type: choice, options: [\(list)] }")
    }
    #expect(problems(options(Limits.optionsMax)) == [])
    #expect(
      problems(options(Limits.optionsMax + 1)).map { $0.drop { $0 != " " } } == [" at most 256 options are allowed"])
    let items = { (count: Int) in withStep("foreach: [" + String(repeating: "1,", count: count) + "]") }
    #expect(problems(items(Limits.foreachItemsMax)) == [])
    #expect(
      problems(items(Limits.foreachItemsMax + 1)).map { $0.drop { $0 != " " } } == [
        " at most 10000 elements are allowed"
      ])
    let outputs = { (count: Int) in
      withStep("outputs: {" + (0..<count).map { "o\($0): 1" }.joined(separator: ", ") + "}")
    }
    #expect(problems(outputs(Limits.outputsMax)) == [])
    #expect(
      problems(outputs(Limits.outputsMax + 1)).map { $0.drop { $0 != " " } } == [" at most 100 outputs are allowed"])
    let checks = { (count: Int) in withStep("expect: [" + String(repeating: "exit: 0, ", count: count) + "]") }
    #expect(problems(checks(Limits.checksMax)) == [])
    #expect(problems(checks(Limits.checksMax + 1)).map { $0.drop { $0 != " " } } == [" at most 100 checks are allowed"])
  }
}
