internal import CPCRE2

/// Counts the work of one search and ends it when it becomes too much.
///
/// PCRE2's match limit begins anew at each place of the text and does not see what a single item such as `a*` scans, so
/// it alone lets a search take time that grows with the square of the text. Patterns are therefore compiled with a
/// callout before each item, and each one pays for the way since the last.
struct MatchMeter {
  private(set) var stepsLeft: Int
  private var position = 0
  /// What an item that fails may have scanned without moving.
  private let itemSteps: Int
  private let countsCaptures: Bool

  init(steps: Int, itemSteps: Int, countsCaptures: Bool) {
    stepsLeft = steps
    self.itemSteps = itemSteps
    self.countsCaptures = countsCaptures
  }

  /// What PCRE2 calls before each item: 0 to go on.
  static let callout: @convention(c) (UnsafeMutablePointer<pcre2_callout_block_8>?, UnsafeMutableRawPointer?) -> Int32 =
    { block, meter in
      guard let block, let meter else { return PCRE2_ERROR_CALLOUT }
      return meter.assumingMemoryBound(to: MatchMeter.self).pointee.count(block.pointee) ? 0 : PCRE2_ERROR_CALLOUT
    }

  private mutating func count(_ block: pcre2_callout_block_8) -> Bool {
    let distance = block.current_position - position
    // Going back mostly restores a state, which is cheap; a look-behind of many characters is what this pays for.
    stepsLeft -= itemSteps + (distance > 0 ? distance : -distance / 4)
    position = block.current_position
    if countsCaptures { stepsLeft -= captureSteps(block) }
    return stepsLeft >= 0
  }

  /// What comparing with the longest capture so far may cost.
  private func captureSteps(_ block: pcre2_callout_block_8) -> Int {
    var longest = 0
    for group in 1..<max(1, Int(block.capture_top)) {
      let (start, end) = (block.offset_vector[2 * group], block.offset_vector[2 * group + 1])
      if start >= 0, end > start { longest = max(longest, end - start) }
    }
    return Int(block.capture_top) + min(longest, block.subject_length - block.current_position)
  }
}
