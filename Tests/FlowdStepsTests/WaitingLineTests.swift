import Testing

@testable import FlowdSteps

struct WaitingLineTests {
  @Test func firstComeFirstServedAlsoWhenSomeAreTakenOut() {
    var waiting = WaitingLine<Int>()
    for number in 0..<10 { waiting.append(number) }
    #expect(waiting.popFirst() == 0)
    let removed = [1, 5, 5, 0].map { number in waiting.remove { $0 == number } }
    #expect(removed == [1, 5, nil, nil])
    #expect(waiting.count == 7)
    var rest: [Int] = []
    while let number = waiting.popFirst() { rest.append(number) }
    #expect(rest == [2, 3, 4, 6, 7, 8, 9])
    #expect(waiting.isEmpty)
  }

  @Test func whatIsAppendedWhileOthersArePoppedKeepsItsPlace() {
    var waiting = WaitingLine<Int>()
    var popped: [Int] = []
    for number in 0..<100 {
      waiting.append(number)
      if number % 3 != 0 { popped.append(waiting.popFirst() ?? -1) }
    }
    #expect(popped == Array(0..<popped.count))
    #expect(waiting.count == 100 - popped.count)
  }
}
