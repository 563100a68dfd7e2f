import FlowdModel
import TestSupport
import Testing

@testable import FlowdLua

@Suite struct JSONRoundTripTests {
  @Test(arguments: [
    "null", "true", "[]", "{}", "[[],{}]", "[null,null]", #"{"z":1,"a":{"y":[],"b":{}}}"#, "9223372036854775807",
    "-9223372036854775808", "0.1", "1.5e-07", "1e+300", #""\u0000é😀""#, #"{"":0,"1":1,"é":2}"#, "5e-324", "-0.5",
  ])
  func valuesPassUnchanged(json: String) throws {
    let value = SampleScope.json(json)
    #expect(try evaluate("x", in: SampleScope([("x", value)])) == value)
    #expect(try evaluate("x.y", in: SampleScope([("x", .object([.init("y", value)]))])) == value)
    #expect(try evaluate("json.decode(json.encode(x))", in: SampleScope([("x", value)])) == value)
  }

  @Test(arguments: [
    ("3.0", "3"), ("1e2", "100"), ("-0.0", "0"), ("1.0", "1"), ("9223372036854775808", "9.223372036854776e+18"),
    ("100000000000000000000", "1e+20"), ("9007199254740993.0", "9007199254740992"),
    ("0.30000000000000004", "0.30000000000000004"),
  ])
  func numbersAreWrittenShortest(json: String, expected: String) throws {
    #expect(try text(of: "x", in: SampleScope([("x", .number(json))])) == expected)
  }

  @Test(arguments: 0..<200)
  func anyValueComesBack(seed: Int) throws {
    var random = SplitMix64(seed: UInt64(seed) &+ 1)
    let value = Self.value(&random, depth: 0)
    #expect(try evaluate("x", in: SampleScope([("x", value)])) == value, "seed \(seed)")
    let copied =
      "(function() local function copy(v) if type(v) ~= 'table' then return v end local c = {} for k, e in pairs(v) do c[k] = e end return c end return json.encode(copy(x)) == json.encode(copy(x)) end)()"
    #expect(try evaluate(copied, in: SampleScope([("x", value)])) == .bool(true), "seed \(seed)")
  }

  private static func value(_ random: inout SplitMix64, depth: Int) -> JSONValue {
    switch Int.random(in: 0..<(depth > 5 ? 5 : 7), using: &random) {
    case 0: return .null
    case 1: return .bool(Bool.random(using: &random))
    case 2:
      return .number(
        String(Int64.random(in: .min ... .max, using: &random) >> Int64.random(in: 0..<64, using: &random)))
    case 3:
      let number = Double(bitPattern: UInt64.random(in: .min ... .max, using: &random))
      return .number(NumberText.shortest(number.isFinite ? number : 0.5))
    case 4: return .string(randomText(&random))
    case 5: return .array((0..<Int.random(in: 0..<6, using: &random)).map { _ in value(&random, depth: depth + 1) })
    default:
      var members: [JSONValue.Member] = []
      for _ in 0..<Int.random(in: 0..<6, using: &random) {
        let name = randomText(&random)
        let isNew = !members.contains { ExactName($0.name) == ExactName(name) }
        if isNew { members.append(.init(name, value(&random, depth: depth + 1))) }
      }
      return .object(members)
    }
  }

  private static func randomText(_ random: inout SplitMix64) -> String {
    let scalars: [Unicode.Scalar] = [
      "a", "b", "1", "\"", "\\", "\n", "\0", "é", "\u{301}", "語", "😀", "\u{10FFFF}", "/", " ",
    ]
    var text = String.UnicodeScalarView()
    for _ in 0..<Int.random(in: 0..<8, using: &random) { text.append(scalars.randomElement(using: &random) ?? "a") }
    return String(text)
  }

  @Test(arguments: [
    (#"{"z":1,"m":2,"a":3}"#, "keys(x)", #"["z","m","a"]"#),
    (#"{"z":1,"m":2}"#, "(function() x.b = 3 x.a = 4 x.m = nil return x end)()", #"{"z":1,"a":4,"b":3}"#),
    (#"{"z":1,"m":2}"#, "(function() x.z = nil x.z = 5 return x end)()", #"{"z":5,"m":2}"#),
    (#"{"a":1}"#, "(function() x.a = nil return x end)()", "{}"),
    (#"[1,2]"#, "(function() x[1] = nil x[2] = nil return x end)()", "[]"),
    (#"[3,4]"#, "(function() local t = {} for k, v in pairs(x) do t[#t + 1] = k * v end return t end)()", "[3,8]"),
    ("0", "{json.object{}, json.array{}, {}, json.object{a = 1}, json.array{1}}", #"[{},[],[],{"a":1},[1]]"#),
    (#"{"a":1}"#, "(function() x.a = nil return json.array(x) end)()", "[]"),
    (
      "0",
      "(function() local t = {} for k in pairs({b = 1, a = 2, [3] = 1, [-1.5] = 1, [true] = 1}) do t[#t + 1] = tostring(k) end return t end)()",
      #"["-1.5","3","a","b","true"]"#
    ),
    ("0", "json.encode({b = {1, null}, a = 'é\\n'})", ##""{\"a\":\"é\\n\",\"b\":[1,null]}""##),
    ("0", "json.encode(nil)", #""null""#), ("0", "json.decode('{\"b\":1,\"a\":[]}')", #"{"b":1,"a":[]}"#),
    (
      "null", "{x == null, x == json.null, x == nil, type(x), tostring(x), not x}",
      #"[true,true,false,"null","null",false]"#
    ),
    ("null", "{default(x, 1), default(nil, 2), default(false, 3), default(0, 4)}", "[1,2,false,0]"),
    (#"[1,null,3]"#, "{#x, x[2] == null, len(x)}", "[3,true,3]"),
  ])
  func orderAndKindSurvive(json: String, source: String, expected: String) throws {
    #expect(try text(of: source, in: SampleScope([("x", SampleScope.json(json))])) == expected)
  }

  @Test func theSameScriptGivesTheSameTextEachTime() throws {
    let source = """
      local t = {}
      for i = 1, 300 do t['key' .. (i * 7919 % 1000)] = {i, 'v' .. i} end
      local order = {}
      for k, v in pairs(t) do order[#order + 1] = k .. v[2] end
      local pairsOf = {}
      for i = 1, 300 do pairsOf[i] = {n = i % 3, i = i} end
      table.sort(pairsOf, function(a, b) return a.n < b.n end)
      return {t = t, order = order, sorted = pairsOf, text = tostring({}) .. tostring(map)}
      """
    let first = try LuaScript.run(.sample(source), limits: .script, isCancelled: { false }).text
    for _ in 0..<50 {
      #expect(try LuaScript.run(.sample(source), limits: .script, isCancelled: { false }).text == first)
    }
  }

  @Test func sortingIsStableAndTakesAnyComparison() throws {
    let sorted =
      "(function() local t = {} for i = 1, 500 do t[i] = {n = i * 31 % 7, i = i} end table.sort(t, function(a, b) return a.n < b.n end) for i = 2, 500 do local a, b = t[i - 1], t[i] if a.n > b.n or a.n == b.n and a.i > b.i then return i end end return 'stable' end)()"
    #expect(try text(of: sorted) == #""stable""#)
    #expect(
      try text(of: "(function() local t = {3, 1, 2} table.sort(t, function() return true end) return #t end)()") == "3")
    #expect(try text(of: "(function() local t = {'b', 'a', 'C'} table.sort(t) return t end)()") == #"["C","a","b"]"#)
    #expect(
      try text(of: "(function() local t = {5, 3, 9, 1} table.sort(t, function(a, b) return a > b end) return t end)()")
        == "[9,5,3,1]")
    #expect(mistake(in: "table.sort({1, 'a'})")?.kind == .failed)
  }
}
