import FlowdModel
import Testing

@testable import FlowdFiles

struct ParsedFlowsTests {
  private func flow(_ name: String) -> [UInt8] {
    Array("name: \(name)\nsteps: [{ id: a, uses: wait, with: { for: 0s } }]\n".utf8)
  }

  @Test func aFileThatIsAsItWasGivesTheSameDefinition() throws {
    let parsed = ParsedFlows()
    let first = try #require(parsed.parse(flow("One"), id: "a", file: "a.flow.yaml").pinned())
    let second = try #require(parsed.parse(flow("One"), id: "a", file: "a.flow.yaml").pinned())
    #expect(first === second)
  }

  @Test func aChangeOfOneByteShowsAtOnce() throws {
    let parsed = ParsedFlows()
    _ = parsed.parse(flow("One"), id: "a", file: "a.flow.yaml")
    #expect(parsed.parse(flow("Two"), id: "a", file: "a.flow.yaml").definition?.name == "Two")
    #expect(parsed.parse(flow("One"), id: "b", file: "a.flow.yaml").definition?.id == "b")
  }

  @Test func whatIsKeptIsBounded() throws {
    let parsed = ParsedFlows()
    let first = try #require(parsed.parse(flow("One"), id: "a", file: "0").pinned())
    for number in 1...Limits.parsedFlowsMax { _ = parsed.parse(flow("One"), id: "a", file: "\(number)") }
    let again = try #require(parsed.parse(flow("One"), id: "a", file: "0").pinned())
    #expect(first !== again)
    let latest = parsed.parse(flow("One"), id: "a", file: "\(Limits.parsedFlowsMax)").pinned()
    #expect(latest === parsed.parse(flow("One"), id: "a", file: "\(Limits.parsedFlowsMax)").pinned())
  }
}
