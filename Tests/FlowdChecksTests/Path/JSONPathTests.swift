import FlowdModel
import Testing

@testable import FlowdChecks

/// What a path finds in a document, as one JSON array.
func find(_ path: String, in document: String) throws -> JSONValue {
  var evaluation = JSONPathEvaluation(root: json(document), regexes: RegexCache())
  return .array(try evaluation.values(at: try JSONPathParser.parse(path)))
}

private let store = """
  {"store": {"book": [
    {"category": "reference", "author": "Nigel Rees", "title": "Sayings of the Century", "price": 8.95},
    {"category": "fiction", "author": "Evelyn Waugh", "title": "Sword of Honour", "price": 12.99},
    {"category": "fiction", "author": "Herman Melville", "title": "Moby Dick", "isbn": "0-553-21311-3", "price": 8.99},
    {"category": "fiction", "author": "J. R. R. Tolkien", "title": "The Lord of the Rings", "isbn": "0-395-19395-8",
     "price": 22.99}],
    "bicycle": {"color": "red", "price": 399}}}
  """

@Suite struct JSONPathTests {
  /// RFC 9535 §1.5, table 2.
  @Test(arguments: [
    ("$.store.book[*].author", #"["Nigel Rees", "Evelyn Waugh", "Herman Melville", "J. R. R. Tolkien"]"#),
    ("$..author", #"["Nigel Rees", "Evelyn Waugh", "Herman Melville", "J. R. R. Tolkien"]"#),
    ("$.store..price", "[8.95, 12.99, 8.99, 22.99, 399]"),
    ("$..book[2].author", #"["Herman Melville"]"#),
    ("$..book[2].publisher", "[]"),
    ("$..book[-1].title", #"["The Lord of the Rings"]"#),
    ("$..book[0,1].title", #"["Sayings of the Century", "Sword of Honour"]"#),
    ("$..book[:2].title", #"["Sayings of the Century", "Sword of Honour"]"#),
    ("$..book[?@.isbn].title", #"["Moby Dick", "The Lord of the Rings"]"#),
    ("$..book[?@.price<10].title", #"["Sayings of the Century", "Moby Dick"]"#),
    ("$.store.bicycle", #"[{"color": "red", "price": 399}]"#),
  ])
  func theBookstoreIsQueried(path: String, found: String) throws {
    #expect(try find(path, in: store) == json(found))
  }

  @Test func everythingInTheBookstoreIsFound() throws {
    guard case .array(let all) = try find("$..*", in: store) else { return }
    #expect(all.count == 27)
    guard case .array(let children) = try find("$.store.*", in: store) else { return }
    #expect(children.count == 2)
  }

  /// RFC 9535 §2.3.1 to §2.3.4, §2.5 and §2.6.
  @Test(arguments: [
    (#"$.o['j j']"#, #"{"o": {"j j": {"k.k": 3}}}"#, #"[{"k.k": 3}]"#),
    (#"$.o['j j']['k.k']"#, #"{"o": {"j j": {"k.k": 3}}}"#, "[3]"),
    (#"$.o["j j"]["k.k"]"#, #"{"o": {"j j": {"k.k": 3}}}"#, "[3]"),
    (#"$["'"]["@"]"#, #"{"'": {"@": 2}}"#, "[2]"),
    ("$[*]", #"{"o": {"j": 1, "k": 2}, "a": [5, 3]}"#, #"[{"j": 1, "k": 2}, [5, 3]]"#),
    ("$.o[*, *]", #"{"o": {"j": 1, "k": 2}}"#, "[1, 2, 1, 2]"),
    ("$[1]", #"["a", "b"]"#, #"["b"]"#),
    ("$[-2]", #"["a", "b"]"#, #"["a"]"#),
    ("$[-3]", #"["a", "b"]"#, "[]"),
    ("$[1:3]", "[0, 1, 2, 3, 4, 5, 6]", "[1, 2]"),
    ("$[5:]", "[0, 1, 2, 3, 4, 5, 6]", "[5, 6]"),
    ("$[1:5:2]", "[0, 1, 2, 3, 4, 5, 6]", "[1, 3]"),
    ("$[5:1:-2]", "[0, 1, 2, 3, 4, 5, 6]", "[5, 3]"),
    ("$[::-1]", "[0, 1, 2, 3, 4, 5, 6]", "[6, 5, 4, 3, 2, 1, 0]"),
    ("$[::0]", "[0, 1, 2]", "[]"),
    ("$[-2:]", "[0, 1, 2]", "[1, 2]"),
    ("$[ : : 9007199254740991 ]", "[0, 1, 2]", "[0]"),
    ("$[-99:99]", "[0, 1, 2]", "[0, 1, 2]"),
    ("$[99:-99:-1]", "[0, 1, 2]", "[2, 1, 0]"),
    ("$[0, 3]", #"["a", "b", "c", "d"]"#, #"["a", "d"]"#),
    ("$[0:2, 1]", #"["a", "b", "c", "d"]"#, #"["a", "b", "b"]"#),
    ("$..j", #"{"o": {"j": 1, "k": 2}, "a": [5, 3, [{"j": 4}, {"k": 6}]]}"#, "[1, 4]"),
    ("$..[0]", #"{"a": [5, 3, [{"j": 4}, {"k": 6}]]}"#, #"[5, {"j": 4}]"#),
    ("$.o..[*, *]", #"{"o": {"j": 1, "k": 2}}"#, "[1, 2, 1, 2]"),
    ("$.a..[0, 1]", #"{"a": [5, 3, [{"j": 4}, {"k": 6}]]}"#, #"[5, 3, {"j": 4}, {"k": 6}]"#),
    ("$.a", #"{"a": null}"#, "[null]"),
    ("$.a[0]", #"{"a": null}"#, "[]"),
    ("$.b[?@]", #"{"b": [null]}"#, "[null]"),
    ("$.b[?@==null]", #"{"b": [null]}"#, "[null]"),
    ("$.c[?@.d==null]", #"{"c": [{}]}"#, "[]"),
    ("$.null", #"{"null": 1}"#, "[1]"),
    (#"$["\u263a\uD83D\uDE00\n\/\"'"]"#, #"{"☺😀\n/\"'": 1}"#, "[1]"),
    ("$.日本", #"{"日本": 1}"#, "[1]"),
    ("$\n .a \t[ 'b' ]", #"{"a": {"b": 1}}"#, "[1]"),
    ("$", "7", "[7]"),
  ])
  func selectorsSelectAsTheStandardSays(path: String, document: String, found: String) throws {
    #expect(try find(path, in: document) == json(found))
  }

  /// RFC 9535 §2.3.5.3.
  @Test(arguments: [
    ("$.a[?@.b == 'kilo']", #"[{"b": "kilo"}]"#),
    ("$.a[?(@.b == 'kilo')]", #"[{"b": "kilo"}]"#),
    ("$.a[?@>3.5]", "[5, 4, 6]"),
    ("$.a[?@.b]", #"[{"b": "j"}, {"b": "k"}, {"b": {}}, {"b": "kilo"}]"#),
    ("$[?@.*]", #"[[3,5,1,2,4,6,{"b":"j"},{"b":"k"},{"b":{}},{"b":"kilo"}],{"p":1,"q":2,"r":3,"s":5,"t":{"u":6}}]"#),
    ("$[?@[?@.b]]", #"[[3,5,1,2,4,6,{"b":"j"},{"b":"k"},{"b":{}},{"b":"kilo"}]]"#),
    ("$.o[?@<3, ?@<3]", "[1, 2, 1, 2]"),
    (#"$.a[?@<2 || @.b == "k"]"#, #"[1, {"b": "k"}]"#),
    (#"$.a[?match(@.b, "[jk]")]"#, #"[{"b": "j"}, {"b": "k"}]"#),
    (#"$.a[?search(@.b, "[jk]")]"#, #"[{"b": "j"}, {"b": "k"}, {"b": "kilo"}]"#),
    ("$.o[?@>1 && @<4]", "[2, 3]"),
    ("$.o[?@.u || @.x]", #"[{"u": 6}]"#),
    ("$.a[?@.b == $.x]", "[3, 5, 1, 2, 4, 6]"),
    (
      "$.a[?@ == @]",
      #"[3, 5, 1, 2, 4, 6, {"b": "j"}, {"b": "k"}, {"b": {}}, {"b": "kilo"}]"#
    ),
    ("$.o[?!(@ > 1) && !@.u]", "[1]"),
    ("$.a[?length(@.b) == 4]", #"[{"b": "kilo"}]"#),
    ("$[?count(@.*) == 5].p", "[1]"),
    ("$.a[?value(@..b) == 'j']", #"[{"b": "j"}]"#),
    ("$.a[?match(@.b, 'kil')]", "[]"),
    ("$.a[?match(@.b, $.e)]", "[]"),
  ])
  func filtersFilterAsTheStandardSays(path: String, found: String) throws {
    let document = """
      {"a": [3, 5, 1, 2, 4, 6, {"b": "j"}, {"b": "k"}, {"b": {}}, {"b": "kilo"}],
       "o": {"p": 1, "q": 2, "r": 3, "s": 5, "t": {"u": 6}}, "e": "f"}
      """
    #expect(try find(path, in: document) == json(found))
  }

  /// RFC 9535 §2.3.5.3, table 11: comparisons.
  @Test(arguments: [
    ("$.absent1 == $.absent2", true), ("$.absent1 <= $.absent2", true), ("$.absent == 'g'", false),
    ("$.absent1 != $.absent2", false), ("$.absent != 'g'", true), ("1 <= 2", true), ("1 > 2", false),
    ("13 == '13'", false), ("'a' <= 'b'", true), ("'a' > 'b'", false), ("$.obj == $.arr", false),
    ("$.obj != $.arr", true), ("$.obj == $.obj", true), ("$.obj != $.obj", false), ("$.arr == $.arr", true),
    ("$.arr != $.arr", false), ("$.obj == 17", false), ("$.obj != 17", true), ("$.obj <= $.arr", false),
    ("$.obj < $.arr", false), ("$.obj <= $.obj", true), ("$.arr <= $.arr", true), ("1 <= $.arr", false),
    ("1 >= $.arr", false), ("1 > $.arr", false), ("1 < $.arr", false), ("true <= true", true), ("true > true", false),
    ("null == null", true), ("null < null", false), ("-0 == 0.0e9", true), ("1e2 == 100", true),
    ("123456789012345678901 < 123456789012345678902", true), ("'é' == 'e\u{301}'", false),
  ])
  func comparisonsCompareAsTheStandardSays(condition: String, holds: Bool) throws {
    let found = try find("$.list[?\(condition)]", in: #"{"obj": {"x": "y"}, "arr": [2, 3], "list": [0]}"#)
    #expect(found == json(holds ? "[0]" : "[]"))
  }

  @Test(arguments: [
    ("$.a.b[0]['c'][-1]", true), ("$", true), ("$[0, 1]", false), ("$.*", false), ("$..a", false), ("$[0:1]", false),
    ("$[?@]", false),
  ])
  func singularPathsFindOneValueAtMost(path: String, isSingular: Bool) throws {
    #expect(try JSONPathParser.parse(path).isSingular == isSingular)
  }

  @Test func aDotInAPathPatternIsNoEndOfLine() throws {
    #expect(try find(#"$[?match(@, "a.b")]"#, in: #"["a\nb", "a\rb", "a b", "xa b"]"#) == json(#"["a b"]"#))
  }
}
