import FlowdFiles
import FlowdModel
import Testing

struct FlowExpectTests {
  private func checks(_ text: String) -> [Check]? {
    parse(withStep("expect: [\(text)]")).definition?.steps[0].expect
  }

  private func check(_ query: CheckQuery, _ predicates: CheckPredicate...) -> Check {
    Check(query: query, predicates: predicates, line: 5)
  }

  @Test func aValueAloneMeansThatItIsEqual() {
    #expect(checks("exit: 0") == [check(.exit, CheckPredicate(.equal, .constant(.number("0"))))])
    #expect(checks("{ stdout: done }") == [check(.stdout, CheckPredicate(.equal, .constant(.string("done"))))])
    #expect(checks("stdout: 5") == [check(.stdout, CheckPredicate(.equal, .constant(.number("5"))))])
    #expect(checks("{ duration: 2s }") == [check(.duration, CheckPredicate(.equal, .constant(.number("2000"))))])
    #expect(
      checks("{ exit: \"${{ attempt }}\" }") == [check(.exit, CheckPredicate(.equal, .string(template("attempt", 5))))])
  }

  @Test func predicatesStandBesideAQueryWithAnArgument() {
    #expect(
      checks("{ json: $.a, \"!=\": { b: [\"${{ run.id }}\"] }, exists: true }") == [
        check(
          .json(path: "$.a"),
          CheckPredicate(
            .notEqual, .object([NamedValue("b", .array([.string(template("run.id", 5))]))])),
          CheckPredicate(.exists))
      ])
    #expect(
      checks("{ regex: 'v(\\d+)', \">=\": 3 }") == [
        check(.regex(pattern: "v(\\d+)"), CheckPredicate(.greaterOrEqual, .constant(.number("3"))))
      ])
  }

  @Test func predicatesStandInsideOneWithout() {
    #expect(
      checks("{ stderr: { isEmpty: false } }, bytes: { \"<=\": 10, \">\": 1 }, body: { type: array, count: 2 }") == [
        check(.stderr, CheckPredicate(.isEmpty, isNegated: true)),
        check(
          .bytes, CheckPredicate(.lessOrEqual, .constant(.number("10"))),
          CheckPredicate(.greater, .constant(.number("1")))),
        check(
          .body, CheckPredicate(.count, .constant(.number("2"))),
          CheckPredicate(.type, .constant(.string("array")))),
      ])
  }

  @Test func notTurnsAPredicateAround() {
    #expect(
      checks(
        "{ json: $.a, exists: false, not: true }, stdout: { contains: x, not: true }, stdout: { contains: x, not: false }"
      )
        == [
          check(.json(path: "$.a"), CheckPredicate(.exists)),
          check(.stdout, CheckPredicate(.contains, .constant(.string("x")), isNegated: true)),
          check(.stdout, CheckPredicate(.contains, .constant(.string("x")))),
        ])
  }

  @Test func theOrderOfPredicatesMakesNoDifference() {
    #expect(
      checks("{ stdout: { endsWith: b, startsWith: a } }") == checks("{ stdout: { startsWith: a, endsWith: b } }"))
  }

  @Test(
    arguments: [
      ("x", "5:14: a check must be a mapping, found the text 'x'"),
      ("{}", "5:14: a check needs something to look at, such as 'stdout' or 'json'"),
      ("exists: true", "5:14: a check needs something to look at, such as 'stdout' or 'json'"),
      ("{ stdot: x }", "5:16: unknown key 'stdot'; did you mean 'stdout'?"),
      ("{ exit: 0, stdout: x }", "5:25: a check looks at one thing; 'exit' is already there, so write another check"),
      (
        "status: 200",
        "5:14: 'uses: run' has no 'status' to look at; there are exit, stdout, stderr, body, json, regex, duration, bytes"
      ),
      ("{ stdout: x, contains: y }", "5:27: a predicate of 'stdout' is written inside it: { stdout: { contains: … } }"),
      ("{ stdout: x, not: true }", "5:27: a predicate of 'stdout' is written inside it: { stdout: { not: … } }"),
      ("stdout: {}", "5:22: a check needs a predicate, such as exists: true"),
      ("{ stdout: { contain: x } }", "5:26: unknown key 'contain'; did you mean 'contains'?"),
      ("{ json: $.a }", "5:14: 'json' needs a predicate beside it, such as exists: true"),
      ("{ json: $.a, not: true }", "5:14: 'json' needs a predicate beside it, such as exists: true"),
      ("{ json: \"${{ run.id }}\", exists: true }", "5:23: 'json' is constant; ${{ }} is not replaced in it"),
      ("{ json: $.a, exists: 1 }", "5:35: 'exists' must be true or false, found the number 1"),
      (
        "{ json: $.a, type: float }",
        "5:33: 'type' must be one of 'string', 'number', 'integer', 'boolean', 'null', 'array', 'object'; found 'float'"
      ),
      ("{ json: $.a, count: x }", "5:34: 'count' must be a number, found the text 'x'"),
      ("{ json: $.a, count: {} }", "5:34: 'count' needs a comparison, such as \">=\": 1"),
      (
        "{ json: $.a, count: { exists: 1 } }",
        "5:36: unknown key 'exists'; 'count' may have '==', '!=', '<', '<=', '>', '>='"
      ),
      ("{ json: $.a, \"==\": 1, \">\": 0, not: true }", "5:44: 'not: true' needs exactly one predicate beside it"),
      ("{ exit: x }", "5:22: '==' must be a number, found the text 'x'"),
      ("{ exit: { \"<\": x } }", "5:29: '<' must be a number, found the text 'x'"),
      (
        "{ duration: { \"<\": 2 weeks } }",
        "5:33: 'duration' must be a duration such as 30s, 10m or 1h30m; found '2 weeks'"
      ),
      ("{ json: \"$.[\", exists: true }", "5:22: 'json': not a JSONPath: column 3: expected a name or '*', found '['"),
      ("{ regex: (, exists: true }", "5:23: 'regex': not a regular expression: column 2: missing closing parenthesis"),
      (
        "{ stdout: { matches: \"[\" } }",
        "5:35: 'matches': not a regular expression: column 2: missing terminating ] for character class"
      ),
      (
        "{ stdout: \"${{ result }}\" }",
        "5:29: 'result' is no result of 'uses: run'; its results are stdout, stderr, exit, truncated, error, attempt"
      ),
    ])
  func checksAreChecked(text: String, expected: String) {
    #expect(problems(withStep("expect: [\(text)]")) == [expected])
  }

  @Test func whatAScriptHasIsLookedAt() {
    let step = { (check: String) in withStep(uses: "script", with: "{ lua: return 1 }", "expect: [\(check)]") }
    #expect(problems(step("{ json: $, \"==\": 1 }, body: { contains: \"${{ result }}\" }")) == [])
    #expect(
      problems(step("exit: 0")) == [
        "5:14: 'uses: script' has no 'exit' to look at; there are body, json, regex, duration, bytes"
      ])
  }
}
