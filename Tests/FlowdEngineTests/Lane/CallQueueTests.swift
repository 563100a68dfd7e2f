@testable import FlowdEngine
import TestSupport
import Testing

@Suite("Queues of the engine")
struct CallQueueTests {
  @Test("What goes in first comes out first, whatever else happens")
  func firstInFirstOut() {
    for seed: UInt64 in 1...50 {
      var random = SplitMix64(seed: seed)
      var queue = CallQueue<Int>()
      var model: [Int] = []
      for number in 0..<400 {
        switch random.below(8) {
        case ..<4:
          queue.append(number)
          model.append(number)
        case ..<7 where !model.isEmpty:
          queue.removeFirst()
          model.removeFirst()
        default:
          let divisor = 2 + random.below(5)
          queue.removeAll { $0 % divisor == 0 }
          model.removeAll { $0 % divisor == 0 }
        }
        #expect(
          queue.first == model.first && queue.count == model.count && queue.isEmpty == model.isEmpty, "seed \(seed)")
        #expect(queue.contains { $0 == number } == model.contains(number), "seed \(seed)")
      }
    }
  }

  @Test("Ready steps come out in the order of the file")
  func readySteps() {
    for seed: UInt64 in 1...50 {
      var random = SplitMix64(seed: seed)
      var ready = ReadySteps()
      var model: [Int] = []
      for _ in 0..<200 {
        if random.below(5) < 3 {
          let step = random.below(1_000)
          ready.insert(step)
          model.append(step)
        } else {
          let least = model.min()
          if let least, let place = model.firstIndex(of: least) { model.remove(at: place) }
          #expect(ready.removeFirst() == least, "seed \(seed)")
        }
        #expect(ready.isEmpty == model.isEmpty, "seed \(seed)")
      }
    }
  }
}
