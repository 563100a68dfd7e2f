import FlowdModel
import Testing

@testable import FlowdSteps

struct WaitingCommandsTests {
  @Test func firstComeFirstServedAlsoWhenSomeAreTakenOut() {
    var waiting = WaitingCommands()
    let attempts = (0..<10).map { _ in AttemptID.unique() }
    for attempt in attempts {
      waiting.append(CommandRequest(attempt: attempt, arguments: [], environment: [], workingDirectory: "/"))
    }
    let first = waiting.popFirst()
    #expect(first?.attempt == attempts[0])
    let removals = [1, 5, 5, 0].map { waiting.remove(attempts[$0]) }
    #expect(removals == [true, true, false, false])
    #expect(waiting.count == 7)
    var rest: [AttemptID] = []
    while let request = waiting.popFirst() { rest.append(request.attempt) }
    #expect(rest == [2, 3, 4, 6, 7, 8, 9].map { attempts[$0] })
    #expect(waiting.isEmpty)
  }
}
