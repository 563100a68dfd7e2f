import FlowdModel
import Testing

@testable import FlowdLua

@Suite struct LuaEvaluatorTests {
  @Test(arguments: [
    ("1 + 1", "2"), ("inputs.size == 'small'", "true"), ("#inputs.tags", "2"), ("steps.diff.stdout", #""one\ntwo\n""#),
    ("steps['my-id'].result.a[2]", "2"), ("#steps.review", "2"), ("steps.review[2].text", #""second""#),
    ("map(steps.review, function(r) return r.text end)", #"["first","second"]"#),
    ("steps.review", #"[{"text":"first","exit":0},{"text":"second","exit":1}]"#),
    ("steps['my-id'].result", #"{"z":1,"a":[1,2]}"#), ("inputs.nothing == null", "true"), ("{}", "[]"),
    ("inputs.big", "{}"), ("3.0", "3"), ("0.1", "0.1"), ("{b = 1, a = {1, 2}}", #"{"a":[1,2],"b":1}"#),
    ("now()", #""2024-02-29T12:00:00.250Z""#), ("1 -- a remark", "1"), ("(\"x\"):rep(3)", #""xxx""#),
  ])
  func expressionsHaveValues(source: String, expected: String) throws {
    #expect(try text(of: source) == expected)
  }

  @Test(arguments: [
    ("('ab'):rep(3)", #""ababab""#), ("('ab'):rep(3, '-')", #""ab-ab-ab""#), ("('ab'):rep(1, '-')", #""ab""#),
    ("('ab'):rep(0)", #""""#), ("('ab'):rep(-1, '-')", #""""#), ("(''):rep(5)", #""""#),
    ("(''):rep(4, '-')", #""---""#),
    ("('abc'):rep(7, ', ')", #""abc, abc, abc, abc, abc, abc, abc""#), ("#('x'):rep(100000)", "100000"),
    ("format('%5d|%-5s|%q', 42, 'ab', 'x')", ##""   42|ab   |\"x\"""##),
    ("format('%s %s', true, null)", #""true null""#),
    ("format('%.3f%%', 1.5)", #""1.500%""#), ("format('%c%c', 72, 105)", #""Hi""#), ("format('%s', 1.5)", #""1.5""#),
    ("base64('')", #""""#), ("base64('f')", #""Zg==""#), ("base64('fo')", #""Zm8=""#), ("base64('foo')", #""Zm9v""#),
    ("base64('foob')", #""Zm9vYg==""#), ("base64decode('Zm9vYg')", #""foob""#),
    ("base64decode('Zm9v\\nYmFy')", #""foobar""#),
    ("base64decode('8J-YgA')", #""😀""#),
    ("sha256('')", #""e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855""#),
    ("len('e\u{301}😀')", "3"), ("utf8.len('é')", "1"), ("('é'):upper()", #""é""#), ("#'é'", "2"),
    ("utf8.char(233, 128512)", #""é😀""#),
    ("table.concat({1, 2.5, 'x'}, ', ')", #""1, 2.5, x""#), ("table.concat({}, ',')", #""""#),
    ("table.concat({1, 2, 3}, ',', 2, 3)", #""2,3""#), ("{table.unpack({1, 2, 3}, 2)}", "[2,3]"),
    (
      "(function() local t = {1, 2} table.insert(t, 1, 0) table.insert(t, 3) table.remove(t, 2) return t end)()",
      "[0,2,3]"
    ),
    ("table.move({1, 2, 3}, 2, 3, 1)", "[2,3,3]"), ("join({1, true, 'x'}, '')", #""1truex""#),
    ("split('', ',')", #"[""]"#),
    ("split('a--b-', '--')", #"["a","b-"]"#), ("tonumber('0x10') + tonumber(' 7 ')", "23"), ("'10' + 5", "15"),
    ("math.type(1) .. math.type(1.0)", #""integerfloat""#), ("math.tointeger(3.0)", "3"), ("len(inputs)", "5"),
    ("len({})", "0"),
    ("1 < 2 and 'a' < 'b'", "true"), ("select('#', 1, nil)", "2"), ("default(steps.diff.nothing, 'x')", #""x""#),
    ("{tostring(1), tostring(1.5), tostring(nil), tostring(true)}", #"["1","1.5","nil","true"]"#), ("-7 // 2", "-4"),
    ("map({1, 2}, function(x, i) if i == 1 then return x end end)", "[1,null]"),
    ("filter({1, null, 2}, function(x) return x end)", "[1,2]"),
  ])
  func functionsDoWhatTheySay(source: String, expected: String) throws {
    #expect(try text(of: source) == expected)
  }

  @Test func conditionsKnowHowTheRunGoes() throws {
    let scope = SampleScope()
    let all = "{success(), failure(), cancelled(), always()}"
    for (progress, expected) in [
      (RunProgress.good, "[true,false,false,true]"), (.failed, "[false,true,false,true]"),
      (.cancelled, "[false,false,true,true]"),
    ] {
      scope.progress = progress
      #expect(try text(of: all, in: scope) == expected)
    }
  }

  @Test(arguments: ["nil", "inputs.missing", "response", "steps.diff.unknown", "steps.review[3]"])
  func whatHasNoValueIsNil(source: String) throws {
    #expect(try evaluate(source) == nil)
  }
}
