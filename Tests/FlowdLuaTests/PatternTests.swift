import FlowdModel
import Testing

@testable import FlowdLua

@Suite struct PatternTests {
  @Test(arguments: [
    ("('hello world'):find('o w')", "5"), ("{('hello'):find('l')}", "[3,3]"),
    ("{('hello'):find('(l)(l)')}", #"[3,4,"l","l"]"#),
    ("('hello'):find('xyz')", nil), ("{('hello'):find('')}", "[1,0]"), ("{('hello'):find('', 6)}", "[6,5]"),
    ("('hello'):find('', 7)", nil), ("{('a.b'):find('.', 1, true)}", "[2,2]"),
    ("{('a+b'):find('+', 1, true)}", "[2,2]"),
    ("{('hello'):find('l', -2)}", "[4,4]"), ("('hello'):match('^h(.-)o$')", #""ell""#),
    ("{('key = value'):match('^(%w+)%s*=%s*(%w+)$')}", #"["key","value"]"#), ("('abc'):match('()c')", "3"),
    ("('f(a(b)c)d'):match('%b()')", #""(a(b)c)""#), ("('THE (quick) fox'):find('%((%a+)%)')", "5"),
    ("('hello hello'):match('(%w+) %1')", #""hello""#), ("('THE quick'):match('%f[%a]%a+%f[%A]')", #""THE""#),
    ("('[[x]]'):match('[^%[%]]+')", #""x""#), ("('a-b_c'):match('[%w_-]+')", #""a-b_c""#),
    ("(']'):match('[]]')", #""]""#),
    ("('x^y'):match('[a^]')", #""^""#), ("('2024-02-29'):match('(%d+)-(%d+)-(%d+)')", #""2024""#),
    ("('aaa'):match('a-')", #""""#), ("('aaab'):match('a-b')", #""aaab""#), ("('aaa'):match('a?a?a?a?$')", #""aaa""#),
    ("('0x1F'):match('^0[xX](%x+)$')", #""1F""#), ("{('abc'):gsub('%w', '%0%0')}", #"["aabbcc",3]"#),
    ("('hello world'):gsub('(%w+) (%w+)', '%2 %1')", #""world hello""#), ("('abc'):gsub('', '-')", #""-a-b-c-""#),
    ("('abc'):gsub('b', {b = 'X'})", #""aXc""#), ("('abc'):gsub('%w', {b = false})", #""abc""#),
    ("('abc'):gsub('%w', function(c) if c == 'b' then return 7 end end)", #""a7c""#),
    ("('aaa'):gsub('a', 'b', 2)", #""bba""#),
    ("('a%b'):gsub('%%', '%%%%')", #""a%%b""#), ("('abc'):gsub('^a', 'x')", #""xbc""#),
    ("('aaa'):gsub('^a', 'x')", #""xaa""#),
    (
      "(function() local t = {} for k, v in ('a=1, b=2'):gmatch('(%w+)=(%w+)') do t[k] = v end return t end)()",
      #"{"a":"1","b":"2"}"#
    ),
    (
      "(function() local t = {} for w in ('one two'):gmatch('%a+') do t[#t + 1] = w end return t end)()",
      #"["one","two"]"#
    ),
    ("(function() local n = 0 for w in ('abc'):gmatch('') do n = n + 1 end return n end)()", "4"),
    ("match('v1.2.3', '(%d+)%.(%d+)')", #"["1","2"]"#), ("match('v1', '%d')", #""1""#), ("match('v', '%d')", "null"),
    ("match('f(x)', '%(')", #""(""#), ("('\\0a\\0'):find('\\0', 2, true)", "3"),
    ("('a\\0b'):match('%z?b')", #""\u0000b""#),
  ])
  func patternsMatchAsInLua(source: String, expected: String?) throws {
    #expect(try text(of: source) == expected)
  }

  @Test(arguments: [
    ("('x'):match('%')", "malformed pattern (ends with '%')"), ("('x'):match('[a')", "malformed pattern (missing ']')"),
    ("('x'):match('[%')", "malformed pattern (missing ']')"), ("('x'):match('(x')", "unfinished capture"),
    ("('x'):match('x)')", "invalid pattern capture"), ("('x'):match('%1')", "invalid capture index %1"),
    ("('x'):match('%bx')", "malformed pattern (missing arguments to '%b')"),
    ("('x'):match('%fx')", "missing '[' after '%f' in pattern"), ("('x'):gsub('x', '%2')", "invalid capture index %2"),
    ("('x'):gsub('x', '%a')", "invalid use of '%' in replacement string"),
    ("('x'):gsub('x', function() return {} end)", "invalid replacement value (a table)"),
    ("('x'):rep(40):match(('(x)'):rep(33))", "too many captures"),
    ("('x'):gsub('x')", "bad argument #2 to 'gsub' (text, a table or a function expected, got no value)"),
  ])
  func malformedPatternsAreErrors(source: String, expected: String) {
    #expect(mistake(in: source)?.message == expected)
  }
}
