import FlowdFiles
import Testing

struct CoreValueTests {
  @Test(arguments: [
    ("", CoreValue.null), ("~", .null), ("null", .null), ("Null", .null), ("NULL", .null), ("nUll", .string),
    ("true", .bool(true)), ("True", .bool(true)), ("TRUE", .bool(true)), ("tRue", .string),
    ("false", .bool(false)), ("False", .bool(false)), ("FALSE", .bool(false)),
    ("yes", .string), ("no", .string), ("on", .string), ("off", .string), ("y", .string), ("N", .string),
    ("0", .number("0")), ("-0", .number("-0")), ("+12", .number("12")), ("-12", .number("-12")), ("007", .number("7")),
    ("000", .number("0")), ("0x1F", .number("31")), ("0o17", .number("15")),
    ("0xffffffffffffffff", .number("18446744073709551615")),
    ("0x10000000000000000", .unrepresentable), ("-0x1F", .string), ("0x", .string), ("0x+1", .string), ("0o8", .string),
    ("0b1", .string),
    ("1.5", .number("1.5")), (".5", .number("0.5")), ("-.5", .number("-0.5")), ("1.", .number("1")),
    ("1.0", .number("1.0")),
    ("1e3", .number("1e3")), ("1.E+3", .number("1e+3")), ("1e", .string), ("e3", .string), (".", .string),
    ("-", .string),
    ("+", .string), (".e3", .string), ("1.2.3", .string), ("1_000", .string), ("1:30", .string),
    ("2024-01-01", .string),
    (".inf", .unrepresentable), ("-.INF", .unrepresentable), (".NaN", .unrepresentable), (".nAn", .string),
    ("123456789012345678901234567890", .number("123456789012345678901234567890")), ("١", .string), ("1 ", .string),
  ])
  func plainScalarsResolveByTheCoreSchema(text: String, value: CoreValue) {
    #expect(CoreValue(plain: text) == value)
  }
}
