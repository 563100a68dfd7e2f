import FlowdModel
import Testing

struct PathTests {
  @Test(
    "Only what follows names is a path",
    arguments: [
      ("inputs.size", ["inputs", "size"]), ("steps.a.outputs.b_1", ["steps", "a", "outputs", "b_1"]),
    ])
  func paths(source: String, path: [String]) {
    #expect(Expression(source).path == path)
  }

  @Test(
    "Anything else is code",
    arguments: [
      "inputs", "inputs.1", "inputs..size", "inputs.size ", "inputs.size == 1", "f(inputs.size)", "inputs.größe",
      ".size",
      "inputs['size']", "1.5", "inputs.size.",
    ])
  func code(source: String) {
    #expect(Expression(source).path == nil)
  }

  @Test("A value that is only handed on keeps its text, however large it is")
  func handedOn() throws {
    let number = "1.50000000000000000000000001"
    let (lab, run) = try Lab.running(
      """
      inputs: { n: { type: number } }
      steps: [{ id: pass, uses: run, with: { command: [echo, "${{ inputs.n }}"] } }]
      """, inputs: .object([.init("n", .number(number))]))
    #expect(lab.request(run, "pass")?.arguments == ["echo", number])
  }

  @Test("A list beyond the bound is refused by its size, not by the work of reading it")
  func longList() throws {
    let items = (0..<100_000).map { JSONValue.number(String($0)) }
    let (lab, run) = try Lab.running(
      """
      inputs: { list: { type: json } }
      steps: [{ id: each, foreach: "${{ inputs.list }}", uses: wait, with: { for: 0s } }]
      """, inputs: .object([.init("list", .array(items))]))
    #expect(try #require(lab.error(run, "each")).contains("100000 elements"))
  }
}
