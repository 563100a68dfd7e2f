/// Which stream ids a connection has used.
///
/// Ids are odd and rise, yet may arrive slightly out of order (a client may allocate before it queues): the window
/// remembers the last 64. An id that is older counts as used.
package struct StreamIDWindow: Sendable {
  private var highest: UInt32 = 0
  /// Bit n: the id `highest - 2n` was used.
  private var used: UInt64 = 0

  package init() {}

  /// Takes an id for a new call; `false` when it is even or was used before.
  @inline(__always)
  package mutating func admit(_ id: UInt32) -> Bool {
    guard id & 1 == 1 else { return false }
    if id > highest {
      let steps = highest == 0 ? 64 : (id - highest) / 2
      used = steps < 64 ? used << UInt64(steps) | 1 : 1
      highest = id
      return true
    }
    let steps = (highest - id) / 2
    guard steps < 64, used & (1 << UInt64(steps)) == 0 else { return false }
    used |= 1 << UInt64(steps)
    return true
  }

  /// Whether a call with this id was admitted, as far as the window remembers.
  package func hasSeen(_ id: UInt32) -> Bool {
    guard id & 1 == 1, id <= highest else { return false }
    let steps = (highest - id) / 2
    return steps >= 64 || used & (1 << UInt64(steps)) != 0
  }

  /// The highest id so far; 0 before the first.
  package var last: UInt32 { highest }
}
