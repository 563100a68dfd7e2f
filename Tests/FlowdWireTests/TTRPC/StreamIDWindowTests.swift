import TestSupport
import Testing

@testable import FlowdWire

@Suite struct StreamIDWindowTests {
  private static let table: [(ids: [UInt32], admitted: [Bool])] = [
    ([1, 3, 5], [true, true, true]),
    ([0, 2, 4, 0xFFFF_FFFE], [false, false, false, false]),
    ([1, 1, 3, 1, 3], [true, false, true, false, false]),
    ([5, 1, 3, 7, 3], [true, true, true, true, false]),
    // The last 64 ids are remembered; 129 - 2 * 63 is the oldest of them.
    ([129, 3, 1], [true, true, false]),
    ([1, 129, 1, 127], [true, true, false, true]),
    ([1, 1_000_001, 1, 999_999, 999_999, 999_873], [true, true, false, true, false, false]),
    ([0xFFFF_FFFF, 0xFFFF_FFFD, 0xFFFF_FFFF, 1], [true, true, false, false]),
    ([0x8000_0001, 1], [true, false]),
  ]

  @Test(arguments: table.indices)
  func admitsEachOddIDOnce(_ row: Int) {
    var window = StreamIDWindow()
    let (ids, admitted) = Self.table[row]
    for (id, expected) in zip(ids, admitted) {
      #expect(window.admit(id) == expected, "\(id) of \(ids)")
      if expected { #expect(window.hasSeen(id)) }
    }
    #expect(window.last == zip(ids, admitted).filter(\.1).map(\.0).max() ?? 0)
  }

  @Test func agreesWithASetOfIDs() {
    for seed: UInt64 in 1...80 {
      var random = SplitMix64(seed: seed)
      var window = StreamIDWindow()
      var used: Set<UInt32> = []
      var highest: UInt32 = 0
      for _ in 0..<300 {
        let around = Int64(highest) + Int64(random.below(200)) - 150
        let id = UInt32(clamping: random.oneIn(30) ? around + Int64(random.below(10_000)) : around)
        let isOld = highest >= 128 && id <= highest - 128
        let expected = id % 2 == 1 && !used.contains(id) && !isOld
        #expect(
          window.hasSeen(id) == (id % 2 == 1 && id <= highest && (isOld || used.contains(id))), "seed \(seed), id \(id)"
        )
        #expect(window.admit(id) == expected, "seed \(seed), id \(id)")
        if expected {
          used.insert(id)
          highest = max(highest, id)
        }
        #expect(window.last == highest)
      }
    }
  }
}
