import FlowdModel
import Testing

@testable import FlowdChecks

@Suite struct JSONPathSyntaxTests {
  @Test(arguments: [
    ("", "column 1: a path begins with '$', found the end"),
    ("a", "column 1: a path begins with '$', found 'a'"),
    (" $", "column 1: a path begins with '$', found ' '"),
    ("$ ", "column 2: expected '.', '[' or the end, found ' '"),
    ("$.", "column 3: expected a name or '*', found the end"),
    ("$. a", "column 3: expected a name or '*', found ' '"),
    ("$.1", "column 3: expected a name or '*', found '1'"),
    ("$.a-b", "column 4: expected '.', '[' or the end, found '-'"),
    ("$...a", "column 4: expected a name or '*', found '.'"),
    ("$[", "column 3: expected a name in quotes, an index, a slice, '*' or '?', found the end"),
    ("$[a]", "column 3: expected a name in quotes, an index, a slice, '*' or '?', found 'a'"),
    ("$['é", "column 3: the text is not closed"),
    ("$['é' 'b']", "column 7: expected ',' or ']', found '''"),
    ("$['a\\x']", "column 5: unknown escape"),
    ("$['a\\\"']", "column 5: unknown escape"),
    ("$['\\uD800']", "column 4: a lone surrogate"),
    ("$['\\u+123']", "column 6: expected four hexadecimal digits"),
    ("$['a\n']", "column 5: a control character in a text must be escaped"),
    ("$[01]", "column 3: a number here may not begin with 0 or be -0"),
    ("$[-0]", "column 3: a number here may not begin with 0 or be -0"),
    ("$[-]", "column 4: expected a digit, found ']'"),
    ("$[9007199254740992]", "column 3: the number is too large"),
    ("$[1:2:3:4]", "column 8: expected ',' or ']', found ':'"),
    ("$[?@.a = 1]", "column 8: equality is written '=='"),
    ("$[?@.a == ]", "column 11: expected a path, a constant or a function, found ']'"),
    ("$[?@.* == 1]", "column 4: this path may find several values, which cannot be compared"),
    ("$[?'a']", "column 4: a constant must be compared with something"),
    ("$[?!@.a == 1]", "column 5: '!' before a comparison needs parentheses around it"),
    ("$[?(@.a]", "column 8: expected ')', '&&' or '||', found ']'"),
    ("$[?@.a == 1 & @.b]", "column 13: expected ',' or ']', found '&'"),
    ("$[?@.a == 01]", "column 11: not a number"),
    ("$[?True == 1]", "column 4: expected a path, a constant or a function, found 'T'"),
    ("$[?nil == 1]", "column 4: expected a path, a constant or a function, found 'nil'"),
    ("$[?length(@)]", "column 4: the result of this function must be compared"),
    ("$[?length(@.*) > 1]", "column 11: this path may find several values, which cannot be compared"),
    ("$[?match(@.a, 'x') == true]", "column 4: match and search give no value to compare"),
    ("$[?match(@.a)]", "column 13: expected ',', found ')'"),
    ("$[?count(1) > 1]", "column 10: expected a path, found '1'"),
    ("$[?size(@) > 1]", "column 4: there is no function 'size'"),
    ("$[?lenght(@) > 1]", "column 4: there is no function 'lenght'; did you mean 'length'?"),
    ("$[?match(@.a, '(')]", "column 15: in the regular expression, column 2: missing closing parenthesis"),
  ])
  func mistakesAreToldWithTheirPlace(path: String, message: String) {
    let error = #expect(throws: JSONPathMistake.self) { try JSONPathParser.parse(path) }
    #expect(error?.text == message)
    #expect(CheckSyntax.problem(in: CheckQuery.json(path: path)) == "not a JSONPath: \(message)")
  }

  @Test func nestingAndLengthAreBounded() {
    func nested(_ depth: Int) -> String {
      "$[?" + String(repeating: "(", count: depth) + "@" + String(repeating: ")", count: depth) + "]"
    }
    #expect(throws: Never.self) { try JSONPathParser.parse(nested(Limits.jsonPathDepthMax - 1)) }
    #expect(throws: JSONPathMistake.self) { try JSONPathParser.parse(nested(Limits.jsonPathDepthMax)) }
    let filters = String(repeating: "[?@", count: 40) + String(repeating: "]", count: 40)
    #expect(throws: JSONPathMistake.self) { try JSONPathParser.parse("$" + filters) }
    let long = "$." + String(repeating: "a", count: Limits.jsonPathBytesMax - 2)
    #expect(throws: Never.self) { try JSONPathParser.parse(long) }
    #expect(throws: JSONPathMistake.self) { try JSONPathParser.parse(long + "a") }
  }

  @Test(
    arguments: [
      (
        CheckPredicate(.matches, .constant(.string("a("))),
        "not a regular expression: column 3: missing closing parenthesis"
      ),
      (
        CheckPredicate(.matches, .string(Template("é[b"))),
        "not a regular expression: column 4: missing terminating ] for character class"
      ),
      (
        CheckPredicate(.matches, .constant(.string("\\C"))),
        "not a regular expression: column 3: using \\C is disabled by the application"
      ),
      (CheckPredicate(.matches, .constant(.number("1"))), "matches takes a pattern, not a number"),
      (CheckPredicate(.matches, .constant(.string("^a+$"))), nil),
      (
        CheckPredicate(.type, .constant(.string("bool"))),
        "type takes one of string, number, integer, boolean, null, array, object"
      ),
      (
        CheckPredicate(.type, .constant(.string("strng"))),
        "type takes one of string, number, integer, boolean, null, array, object; did you mean 'string'?"
      ),
      (
        CheckPredicate(.count, .object([.init("=>", .constant(.number("1")))])),
        "count cannot be compared by '=>'; use ==, !=, <, <=, > or >="
      ),
      (CheckPredicate(.count, .constant(.string("3"))), "count takes a number or comparisons such as {\">=\": 2}"),
      (CheckPredicate(.count, .constant(.number("3"))), nil),
      (CheckPredicate(.contains, .constant(.string("("))), nil),
    ] as [(CheckPredicate, String?)])
  func mistakesInPredicatesAreTold(predicate: CheckPredicate, problem: String?) {
    #expect(CheckSyntax.problem(in: predicate) == problem)
  }

  @Test func mistakesInQueriesAreTold() {
    #expect(CheckSyntax.problem(in: CheckQuery.status) == nil)
    #expect(CheckSyntax.problem(in: CheckQuery.header("")) == "needs a name")
    #expect(CheckSyntax.problem(in: CheckQuery.regex(pattern: "a{2,1}")) != nil)
    let long = String(repeating: "a", count: Limits.regexBytesMax + 1)
    #expect(
      CheckSyntax.problem(in: CheckQuery.regex(pattern: long))
        == "not a regular expression: column 1: the pattern is longer than 4096 bytes")
    let deep = String(repeating: "(", count: 100) + String(repeating: ")", count: 100)
    #expect(CheckSyntax.problem(in: CheckQuery.regex(pattern: deep))?.contains("nested") == true)
  }
}
