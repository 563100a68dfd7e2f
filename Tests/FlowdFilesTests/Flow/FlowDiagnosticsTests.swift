import FlowdFiles
import FlowdModel
import Testing

/// Every message a flow file can cause, at its exact place.
struct FlowDiagnosticsTests {
  @Test(
    arguments: [
      ("", ["1:1: the file is empty; a flow has at least 'steps'"]),
      ("# nothing\n", ["1:1: the file is empty; a flow has at least 'steps'"]),
      ("---\n", ["2:1: a flow must be a mapping, found nothing"]),
      ("- a", ["1:1: a flow must be a mapping, found a list"]),
      ("just text", ["1:1: a flow must be a mapping, found the text 'just text'"]),
      ("name: x\n", ["1:1: a flow needs 'steps'"]),
      ("steps: []\n", ["1:8: 'steps' must not be empty"]),
      ("steps:\n", ["1:7: 'steps' must be a list of steps, found nothing"]),
      ("steps: {a: 1}\n", ["1:8: 'steps' must be a list of steps, found a mapping"]),
      (withFlow("stps: 1"), ["1:1: unknown key 'stps'; did you mean 'steps'?"]),
      (withFlow("jobs: 1"), ["1:1: unknown key 'jobs'; write 'steps'"]),
      (withFlow("id: 1"), ["1:1: unknown key 'id'; write the id as the file's name"]),
      (
        withFlow("whatever: 1"),
        [
          "1:1: unknown key 'whatever'; a flow may have 'name', 'description', 'inputs', 'env', 'defaults', 'mode', 'concurrency', 'network', 'on-cancel', 'on-failure', 'input-timeout', 'input-expiry', 'steps', 'outputs', 'report'"
        ]
      ),
      (withFlow("name: ''"), ["1:7: 'name' must not be empty"]),
      (withFlow("name: [a]"), ["1:7: 'name' must be text, found a list"]),
      (withFlow("name:"), ["1:6: 'name' must be text, found nothing"]),
      (withFlow("name: a ${{ inputs.x }}"), ["1:9: 'name' is constant; ${{ }} is not replaced in it"]),
      (withFlow("description: {}"), ["1:14: 'description' must be text, found a mapping"]),
      (withFlow("concurrency: 5"), ["1:14: 'concurrency' must be a mapping, found the number 5"]),
      (
        withFlow("concurrency: { max-parallel: 0 }"),
        ["1:30: 'max-parallel' must be a whole number from 1 to 256, found the number 0"]
      ),
      (
        withFlow("concurrency: { max-parallel: 257 }"),
        ["1:30: 'max-parallel' must be a whole number from 1 to 256, found the number 257"]
      ),
      (
        withFlow("concurrency: { max-parallel: '2' }"),
        ["1:30: 'max-parallel' must be a whole number from 1 to 256, found the text '2'"]
      ),
      (
        withFlow("concurrency: { max-parallel: 1.5 }"),
        ["1:30: 'max-parallel' must be a whole number from 1 to 256, found the number 1.5"]
      ),
      (
        withFlow("concurrency: { max_parallel: 2 }"), ["1:16: unknown key 'max_parallel'; did you mean 'max-parallel'?"]
      ),
      (withFlow("report: [a]"), ["1:9: 'report' must be text, found a list"]),
    ] as [(String, [String])])
  func aFlowsKeysAreChecked(text: String, expected: [String]) {
    #expect(problems(text) == expected)
  }

  @Test(
    arguments: [
      ("mode: fast", ["1:7: 'mode' must be one of 'batch', 'interactive', 'hybrid'; found 'fast'"]),
      ("on-cancel: kill", ["1:12: 'on-cancel' must be one of 'graceful', 'force'; found 'kill'"]),
      ("on-failure: stop", ["1:13: 'on-failure' must be one of 'cancel', 'finish'; found 'stop'"]),
      (
        "on-failure: [x]",
        ["1:13: 'on-failure' must be 'cancel', 'finish', or a mapping of error classes, found a list"]
      ),
      ("on-failure: { fatl: cancel }", ["1:15: unknown key 'fatl'; did you mean 'fatal'?"]),
      ("on-failure: { fatal: x }", ["1:22: 'fatal' must be one of 'cancel', 'finish'; found 'x'"]),
      ("input-timeout: 5", ["1:16: 'input-timeout' needs a unit; write 5s for seconds, or use ms, m, h or d"]),
      ("input-expiry: 0s", ["1:15: 'input-expiry' must be longer than zero"]),
      ("input-expiry: { then: fail }", ["1:15: 'input-expiry' needs 'after'"]),
      ("input-expiry: { after: 1h, then: x }", ["1:34: 'then' must be one of 'fail', 'default', 'keep'; found 'x'"]),
      ("concurrency: { group: '' }", ["1:23: 'group' must not be empty"]),
      ("outputs: [a]", ["1:10: 'outputs' must be a mapping of names to values, found a list"]),
      (
        "outputs: { 'a b': 1 }",
        ["1:12: 'a b' is not a name for an output; use at most 64 letters, digits, _ and -, a letter or _ first"]
      ),
      ("outputs: { a: \"${{ steps.b.stdout }}\" }", ["1:20: unknown step 'b'"]),
      ("outputs: { a: .inf }", ["1:15: JSON has no such number"]),
      (
        "inputs: { x: { type: secret, default: hunter2 } }",
        ["1:39: 'default' is a secret: give a reference such as secret:NAME, not the value itself"]
      ),
    ] as [(String, [String])])
  func aFlowsPoliciesAreChecked(text: String, expected: [String]) {
    #expect(problems(withFlow(text)) == expected)
  }

  @Test(
    arguments: [
      ("steps: [x]", ["1:9: a step must be a mapping, found the text 'x'"]),
      ("steps:\n  - uses: run\n    with: { command: x }\n", ["2:5: a step needs an 'id'"]),
      ("steps:\n  - id: a\n    with: { command: x }\n", ["2:5: a step needs 'uses', such as 'uses: run'"]),
      ("steps:\n  - id: a\n    uses: run\n", ["3:11: 'uses: run' needs 'with: { command: … }'"]),
      ("steps:\n  - id: a\n    uses: rnu\n", ["3:11: unknown step kind 'rnu'; did you mean 'run'?"]),
      (
        "steps:\n  - id: a\n    uses: docker\n",
        ["3:11: unknown step kind 'docker'; use 'run', 'http', 'agent', 'script', 'input', 'wait', 'flow'"]
      ),
      ("steps:\n  - id: a\n    uses: [run]\n", ["3:11: 'uses' must be text, found a list"]),
      ("steps:\n  - id: a\n    run: x\n", ["3:5: unknown key 'run'; write 'uses: run' and 'with: { command: … }'"]),
      (withStep("timout: 5s"), ["5:5: unknown key 'timout'; did you mean 'timeout'?"]),
      (withStep("name: x"), ["5:5: unknown key 'name'; write 'label'"]),
      (withStep("working-directory: x"), ["5:5: unknown key 'working-directory'; write 'cwd'"]),
      (
        withStep("timeout-minutes: 5"), ["5:5: unknown key 'timeout-minutes'; write 'timeout' with a unit, such as 10m"]
      ),
      (withStep("label:"), ["5:11: 'label' must be text, found nothing"]),
      (withStep("label: \"${{ run.id }}\""), ["5:13: 'label' is constant; ${{ }} is not replaced in it"]),
      (withStep("cwd: ''"), ["5:10: 'cwd' must not be empty"]),
      (withStep("timeout: 30"), ["5:14: 'timeout' needs a unit; write 30s for seconds, or use ms, m, h or d"]),
      (withStep("timeout: 0s"), ["5:14: 'timeout' must be longer than zero"]),
      (withStep("timeout: 366d"), ["5:14: 'timeout' must be at most 365d"]),
      (withStep("continue-on-error: yes"), ["5:24: 'continue-on-error' must be true or false, found the text 'yes'"]),
      (
        withStep("continue-on-error: 'true'"),
        ["5:24: 'continue-on-error' must be true or false, found the text 'true'"]
      ),
      (withStep("on-restart: rerun"), ["5:17: 'on-restart' must be one of 'retry', 'fail', 'ask'; found 'rerun'"]),
      (
        "steps:\n  - { id: 1a, uses: run, with: { command: x } }\n",
        ["2:11: '1a' is not a step id; use at most 64 letters, digits, _ and -, a letter or _ first"]
      ),
      (
        "steps:\n  - { id: a b, uses: run, with: { command: x } }\n",
        ["2:11: 'a b' is not a step id; use at most 64 letters, digits, _ and -, a letter or _ first"]
      ),
      (steps(("a", ""), ("b", ""), ("a", "")), ["4:11: the step id 'a' is already used at line 2"]),
    ] as [(String, [String])])
  func aStepsKeysAreChecked(text: String, expected: [String]) {
    #expect(problems(text) == expected)
  }

  @Test(
    arguments: [
      "1x", "5", "s", "1.5h", "-1s", "1s1m", "1m1m", "1h 30m", " 1s", "30S", "1e3s", "9999999999999999999s",
      "3000000000s", "１s", "1µs",
    ].filter { $0 != "5" })
  func whatIsNotADurationIsRefused(text: String) {
    #expect(
      problems(withStep("timeout: \"\(text)\""))
        == ["5:14: 'timeout' must be a duration such as 30s, 10m or 1h30m; found '\(text)'"])
  }

  @Test(
    arguments: [
      ("with: {}", ["4:11: 'uses: run' needs a 'command'"]),
      ("with: [x]", ["4:11: 'with' of 'uses: run' must be a mapping, found a list"]),
      (
        "with: { comand: x }",
        ["4:11: 'uses: run' needs a 'command'", "4:13: unknown key 'comand'; did you mean 'command'?"]
      ),
      ("with: { command: x, args: y }", ["4:25: unknown key 'args'; write 'command' as a list"]),
      ("with: { command: '' }", ["4:22: 'command' must not be empty"]),
      ("with: { command: \" \\n\" }", ["4:22: 'command' must not be empty"]),
      ("with: { command: [] }", ["4:22: 'command' must not be empty"]),
      ("with: { command: ['', a] }", ["4:23: the program must not be empty"]),
      ("with: { command: [a, ~] }", ["4:26: an argument must be text, found nothing"]),
      ("with: { command: [a, [b]] }", ["4:26: an argument must be text, found a list"]),
      (
        "with: { command: ~ }",
        ["4:22: 'command' must be a script, or a list of a program and its arguments, found nothing"]
      ),
      (
        "with: { command: {a: b} }",
        ["4:22: 'command' must be a script, or a list of a program and its arguments, found a mapping"]
      ),
      ("with: { command: x, shell: '' }", ["4:32: 'shell' must not be empty"]),
      (
        "with: { command: x, shell: bash -x }",
        ["4:32: 'shell' must be one program such as bash, without arguments; found 'bash -x'"]
      ),
      (
        "with: { command: [x], shell: sh }",
        ["4:34: 'shell' goes with a script; a 'command' that is a list runs without one"]
      ),
    ] as [(String, [String])])
  func aRunStepsKeysAreChecked(with: String, expected: [String]) {
    #expect(problems("steps:\n  - id: a\n    uses: run\n    \(with)\n") == expected)
  }

  @Test func aScriptMayNotHoldReferences() {
    let advice =
      "values never reach a shell as text, so ${{ }} has no place in a script; put it in 'env' as NAME: ${{ … }} "
      + "and write \"$NAME\" in the script, or give 'command' as a list"
    let text = """
      steps:
        - id: a
          uses: run
          with:
            command: |
              echo one

                echo "é ${{ inputs.x }}"
        - id: b
          uses: run
          with: { command: "a\\tb ${{ x }}" }
      """
    #expect(problems(text) == ["8:19: \(advice)", "11:28: \(advice)"])
  }

  @Test(
    arguments: [
      ("env: [A]", ["1:6: 'env' must be a mapping of names to texts, found a list"]),
      ("env:", ["1:5: 'env' must be a mapping of names to texts, found nothing"]),
      ("env: { A: ~ }", ["1:11: 'A' must be text, found nothing"]),
      ("env: { A: [b] }", ["1:11: 'A' must be text, found a list"]),
      (
        "env: { A-B: x }",
        ["1:8: 'A-B' is not a name for an environment variable; use letters, digits and _, not a digit first"]
      ),
      (
        "env: { 1A: x }",
        ["1:8: '1A' is not a name for an environment variable; use letters, digits and _, not a digit first"]
      ),
      (
        "env: { É: x }",
        ["1:8: 'É' is not a name for an environment variable; use letters, digits and _, not a digit first"]
      ),
      (
        "env: { '': x }",
        ["1:8: '' is not a name for an environment variable; use letters, digits and _, not a digit first"]
      ),
      ("env: { FLOWD_X: x }", ["1:8: 'FLOWD_X' is reserved; names beginning with FLOWD_ are set by flowd"]),
      ("env: { A: x, A: y }", ["1:14: the key 'A' is already given at line 1, column 8"]),
    ] as [(String, [String])])
  func environmentNamesAndValuesAreChecked(env: String, expected: [String]) {
    #expect(problems(withFlow(env)) == expected)
    let inStep = expected.map { problem in
      let parts = problem.replacing("1:", with: "5:", maxReplacements: 1).replacing(
        "line 1, column 8", with: "line 5, column 12")
      guard let column = Int(parts.dropFirst(2).prefix { $0 != ":" }) else { return parts }
      return "5:\(column + 4):" + parts.drop { $0 != " " }
    }
    #expect(problems(withStep(env)) == inStep)
  }

  @Test func problemsComeInTheOrderOfTheFileAndAreCut() {
    let text = """
      report: ${{ inputs.nope }}
      steps:
        - id: a
          uses: run
          with: { command: x }
          needs: [b]
          retry: 1
      nam: x
      """
    #expect(
      problems(text) == [
        "1:13: unknown input 'nope'", "6:13: unknown step 'b'", "7:12: 'retry' must be a mapping, found the number 1",
        "8:1: unknown key 'nam'; did you mean 'name'?",
      ])
    let many = withFlow((0..<3000).map { "key\($0): 1" }.joined(separator: "\n"))
    #expect(problems(many).count == Limits.diagnosticsMax)
  }

  @Test func theNumberOfVariablesIsBounded() {
    let variables = { (count: Int) in "env:\n" + (0..<count).map { "  X\($0): a\n" }.joined() }
    #expect(problems(withFlow(variables(Limits.environmentEntriesMax))) == [])
    #expect(
      problems(withFlow(variables(Limits.environmentEntriesMax + 1))) == ["2:3: at most 4096 variables are allowed"])
  }

  @Test func syntaxErrorsCarryTheirPlace() {
    #expect(
      problems("steps:\n  - id: a\n   uses: run\n") == [
        "3:4: while parsing a block collection: did not find expected '-' indicator"
      ])
  }

  @Test func aDiagnosticReadsAsCompilersPrintIt() {
    #expect(parse("x: 1\nsteps: []").diagnostics.last?.description == "f:2:8: error: 'steps' must not be empty")
  }
}
