import FlowdFiles
import FlowdModel
import Testing

/// `foreach`, `until` and `retry`.
struct FlowRepeatTests {
  @Test(
    arguments: [
      ("[a, 2]", Foreach(list: .constant(.array([.string("a"), .number("2")])))),
      ("[]", Foreach(list: .constant(.array([])))),
      ("split('a b', ' ')", Foreach(list: .string(template("split('a b', ' ')", 5)))),
      ("{ in: \"${{ {1} }}\" }", Foreach(list: .string(template("{1}", 5)))),
      (
        "{ in: [{ a: \"${{ run.id }}\" }], as: x, max-parallel: 256 }",
        Foreach(list: .array([.object([NamedValue("a", .string(template("run.id", 5)))])]), name: "x", maxParallel: 256)
      ),
    ] as [(String, Foreach)])
  func listsAreRead(text: String, foreach: Foreach) {
    #expect(problems(withStep("foreach: \(text)")) == [])
    #expect(parse(withStep("foreach: \(text)")).definition?.steps[0].foreach == foreach)
  }

  @Test(
    arguments: [
      ("{}", ["5:14: 'foreach' needs 'in', a list"]),
      ("", ["5:13: 'foreach' must be a list, or an expression such as ${{ inputs.files }}, found nothing"]),
      ("{ in: {a: b} }", ["5:20: 'in' must be a list, or an expression such as ${{ inputs.files }}, found a mapping"]),
      (
        "\"a ${{ {1} }}\"",
        ["5:14: 'foreach' must be one expression, without text around it; write the whole condition inside ${{ }}"]
      ),
      (
        "{ in: [1], as: a-b }",
        [
          "5:29: 'a-b' is not a name for 'as'; use at most 64 letters, digits and _, not a digit first, and no word of Lua's"
        ]
      ),
      (
        "{ in: [1], as: end }",
        [
          "5:29: 'end' is not a name for 'as'; use at most 64 letters, digits and _, not a digit first, and no word of Lua's"
        ]
      ),
      ("{ in: [1], as: inputs }", ["5:29: 'as' may not be 'inputs', which means something else in expressions"]),
      ("{ in: [1], as: map }", ["5:29: 'as' may not be 'map', which means something else in expressions"]),
      ("{ in: [1], as: index }", ["5:29: 'as' may not be 'index', which means something else in expressions"]),
      ("{ in: [1], as: stdout }", ["5:29: 'as' may not be 'stdout', which means something else in expressions"]),
      (
        "{ in: [1], max-parallel: 0 }",
        ["5:39: 'max-parallel' must be a whole number from 1 to 256, found the number 0"]
      ),
      ("item", ["5:14: unknown name 'item'; there are inputs, steps, run and functions"]),
      (
        "stdout",
        [
          "5:14: unknown name 'stdout'; a step's own results can be read in 'expect', 'until', 'outputs' and 'retry.when' only, those of other steps as steps.ID.stdout"
        ]
      ),
    ] as [(String, [String])])
  func listsAreChecked(text: String, expected: [String]) {
    #expect(problems(withStep("foreach: \(text)")) == expected)
  }

  @Test func theElementIsReadByItsName() {
    #expect(problems(withStep("foreach: { in: [1], as: x }", "env: { X: \"${{ x }} ${{ index }}\" }")) == [])
    #expect(
      problems(withStep("foreach: { in: [1], as: element }", "env: { X: \"${{ elment }}\" }")) == [
        "6:20: unknown name 'elment'; did you mean 'element'?"
      ])
    #expect(problems(withStep("foreach: { in: [1], as: x }", "until: { condition: x == stdout }")) == [])
  }

  @Test(
    arguments: [
      ("{}", ["5:12: 'until' needs a 'condition'"]), ("true", ["5:12: 'until' must be a mapping, found true"]),
      ("{ condition: 1 == }", ["5:25: this is not Lua: unexpected symbol at the end"]),
      (
        "{ condition: result }",
        ["5:25: 'result' is no result of 'uses: run'; its results are stdout, stderr, exit, truncated, error, attempt"]
      ),
      (
        "{ condition: steps.a.exit }",
        [
          "5:25: step 'a' may not refer to its own results by its id; here they are called stdout, stderr, exit, truncated, error, attempt"
        ]
      ),
      ("{ condition: true, interval: 0s }", ["5:41: 'interval' must be longer than zero"]),
      (
        "{ condition: true, deadline: x }", ["5:41: 'deadline' must be a duration such as 30s, 10m or 1h30m; found 'x'"]
      ),
      (
        "{ cond: true }",
        [
          "5:12: 'until' needs a 'condition'",
          "5:14: unknown key 'cond'; 'until' may have 'condition', 'interval', 'deadline'",
        ]
      ),
    ] as [(String, [String])])
  func conditionsToRepeatAreChecked(text: String, expected: [String]) {
    #expect(problems(withStep("until: \(text)")) == expected)
  }

  @Test func aRepetitionHasDefaults() {
    #expect(
      parse(withStep("until: { condition: exit == 0 }")).definition?.steps[0].until
        == Until(condition: expression("exit == 0", 5), interval: .seconds(1), deadline: .seconds(300)))
  }

  @Test(
    arguments: [
      ("3", ["5:12: 'retry' must be a mapping, found the number 3"]),
      ("{ limit: 1001 }", ["5:21: 'limit' must be a whole number from 0 to 1000, found the number 1001"]),
      ("{ limit: -1 }", ["5:21: 'limit' must be a whole number from 0 to 1000, found the number -1"]),
      ("{ backoff: 0.5 }", ["5:23: 'backoff' must be a number from 1 to 1000, found the number 0.5"]),
      ("{ jitter: 1.5 }", ["5:22: 'jitter' must be a number from 0 to 1, found the number 1.5"]),
      ("{ jitter: '0.5' }", ["5:22: 'jitter' must be a number from 0 to 1, found the text '0.5'"]),
      ("{ delay: 5 }", ["5:21: 'delay' needs a unit; write 5s for seconds, or use ms, m, h or d"]),
      ("{ attempts: 5 }", ["5:14: unknown key 'attempts'; write 'limit'"]),
      (
        "{ when: fatal }",
        [
          "5:20: unknown name 'fatal'; there are inputs, steps, run, stdout, stderr, exit, truncated, error, attempt and functions"
        ]
      ),
      ("{ when: [any] }", ["5:20: 'when' must be an expression such as ${{ inputs.name == 'x' }}, found a list"]),
    ] as [(String, [String])])
  func retriesAreChecked(text: String, expected: [String]) {
    #expect(problems(withStep("retry: \(text)")) == expected)
  }

  @Test(
    arguments: [
      ("{}", RetryPolicy()), ("{ limit: 3, delay: 0s }", RetryPolicy(limit: 3, delay: .zero)),
      ("{ backoff: 1, jitter: .25, max-delay: 2m }", RetryPolicy(backoff: 1, maxDelay: .seconds(120), jitter: 0.25)),
      ("{ when: recoverable }", RetryPolicy()), ("{ when: any }", RetryPolicy(condition: .any)),
      ("{ when: \"${{ exit == 75 }}\" }", RetryPolicy(condition: .expression(expression("exit == 75", 5)))),
    ] as [(String, RetryPolicy)])
  func retriesAreRead(text: String, retry: RetryPolicy) {
    #expect(parse(withStep("retry: \(text)")).definition?.steps[0].retry == retry)
  }
}
