import FlowdFiles
import FlowdModel
import Testing

struct FlowInputsTests {
  @Test(
    arguments: [
      ("inputs: [x]", ["1:9: 'inputs' must be a mapping of names to types, found a list"]),
      ("inputs: { x: }", ["1:14: input 'x' must be a type such as 'string', or a mapping, found nothing"]),
      ("inputs: { x: [string] }", ["1:14: input 'x' must be a type such as 'string', or a mapping, found a list"]),
      ("inputs: { x: strin }", ["1:14: unknown type 'strin'; did you mean 'string'?"]),
      (
        "inputs: { x: float }",
        ["1:14: unknown type 'float'; use 'string', 'number', 'boolean', 'choice', 'json', 'secret'"]
      ),
      ("inputs: { x: choice }", ["1:14: an input of type 'choice' needs 'options'"]),
      ("inputs: { x: { type: choice } }", ["1:11: an input of type 'choice' needs 'options'"]),
      ("inputs: { x: { type: choice, options: [] } }", ["1:39: 'options' must not be empty"]),
      ("inputs: { x: { type: choice, options: a } }", ["1:39: 'options' must be a list, found the text 'a'"]),
      ("inputs: { x: { type: choice, options: [a, [b]] } }", ["1:43: an option must be text, found a list"]),
      ("inputs: { x: { type: choice, options: [a, 'a'] } }", ["1:43: the option 'a' is given twice"]),
      ("inputs: { x: { options: [a] } }", ["1:16: 'options' go with 'type: choice' only"]),
      ("inputs: { x: { requird: true } }", ["1:16: unknown key 'requird'; did you mean 'required'?"]),
      ("inputs: { x: { required: 1 } }", ["1:26: 'required' must be true or false, found the number 1"]),
      ("inputs: { x: { required: true, default: a } }", ["1:32: 'required: true' and 'default' exclude each other"]),
      ("inputs: { x: { default: ~ } }", ["1:25: 'default' must be text, found nothing"]),
      ("inputs: { x: { default: [a] } }", ["1:25: 'default' must be text, found a list"]),
      ("inputs: { x: { default: \"${{ run.id }}\" } }", ["1:26: 'default' is constant; ${{ }} is not replaced in it"]),
      ("inputs: { x: { type: number, default: '5' } }", ["1:39: 'default' must be a number, found the string '5'"]),
      ("inputs: { x: { type: number, default: abc } }", ["1:39: 'default' must be a number, found the string 'abc'"]),
      ("inputs: { x: { type: number, default: .inf } }", ["1:39: JSON has no such number"]),
      ("inputs: { x: { type: boolean, default: yes } }", ["1:40: 'default' must be a boolean, found the string 'yes'"]),
      (
        "inputs: { x: { type: choice, options: [a, b], default: c } }",
        ["1:56: 'default' must be one of 'a', 'b'; found the string 'c'"]
      ),
      ("inputs: { x: { type: json, default: [1, { a: .nan }] } }", ["1:46: JSON has no such number"]),
      ("inputs: { x: { type: json, default: [0xfffffffffffffffff] } }", ["1:38: JSON has no such number"]),
      (
        "inputs: { 'a b': string }",
        ["1:11: 'a b' is not a name for an input; use at most 64 letters, digits, _ and -, a letter or _ first"]
      ),
      (
        "inputs: { a-b: string, c: number, A_b: json }",
        ["1:35: inputs 'a-b' and 'A_b' would both be the environment variable INPUT_A_B"]
      ),
    ] as [(String, [String])])
  func inputsAreChecked(inputs: String, expected: [String]) {
    #expect(problems(withFlow(inputs)) == expected)
  }

  @Test(arguments: [
    ("{ type: string, default: 1.0 }", JSONValue.string("1.0")), ("{ default: true }", .string("true")),
    ("{ default: 0x1F }", .string("0x1F")), ("{ default: '' }", .string("")), ("{ default: ' ~' }", .string(" ~")),
    ("{ type: number, default: 1.50 }", .number("1.50")), ("{ type: number, default: -0o7 }", nil),
    ("{ type: number, default: 0o17 }", .number("15")), ("{ type: number, default: 1.E5 }", .number("1e5")),
    ("{ type: boolean, default: FALSE }", .bool(false)), ("{ type: json, default: ~ }", .null),
    ("{ type: json, default: '5' }", .string("5")), ("{ type: json, default: 5 }", .number("5")),
    ("{ type: json, default: NO }", .string("NO")), ("{ type: json, default: \"${{ x }}\" }", .string("${{ x }}")),
    ("{ type: choice, options: [1.0, 2], default: 1.0 }", .string("1.0")),
    ("{ required: false, default: x }", .string("x")),
  ])
  func defaultsAreTypedByTheirInput(input: String, expected: JSONValue?) {
    #expect(parse(withFlow("inputs: { x: \(input) }")).definition?.inputs[0].defaultValue == expected)
  }

  @Test func theNumberOfInputsIsBounded() {
    let inputs = { (count: Int) in "inputs:\n" + (0..<count).map { "  x\($0): string\n" }.joined() }
    #expect(problems(withFlow(inputs(Limits.flowInputsMax))) == [])
    #expect(problems(withFlow(inputs(Limits.flowInputsMax + 1))) == ["258:3: at most 256 inputs are allowed"])
  }
}
