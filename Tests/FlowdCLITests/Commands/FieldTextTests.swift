import FlowdClient
import FlowdModel
import Testing

@testable import FlowdCLI

@Suite struct FieldTextTests {
  @Test(arguments: [
    ("from_step_id", "is 'x', which is no step of the run", "--from is 'x', which is no step of the run"),
    ("value", "is not JSON: x", "the answer is not JSON: x"),
    ("cwd", "\"x\" is not an absolute path", "--cwd: \"x\" is not an absolute path"),
    (
      "expected.provider_id", "has 200 bytes; at most 128 are allowed",
      "the provider's id has 200 bytes; at most 128 are allowed"
    ),
  ])
  func aFieldHasTheNameThatAPersonKnows(field: String, rest: String, expected: String) {
    let refusal = CallRefusal(
      code: .invalidArgument, message: "\(field): \(rest)", reason: "INVALID_FIELD", metadata: ["field": field])
    #expect(FieldText.sentence(refusal) == expected)
  }

  @Test func otherRefusalsAreLeftAlone() {
    #expect(FieldText.sentence(CallRefusal(code: .notFound, message: "value: x", reason: "RUN_NOT_FOUND")) == nil)
    let unknown = CallRefusal(
      code: .invalidArgument, message: "page_size: is 0", reason: "INVALID_FIELD", metadata: ["field": "page_size"])
    #expect(FieldText.sentence(unknown) == nil)
  }
}
