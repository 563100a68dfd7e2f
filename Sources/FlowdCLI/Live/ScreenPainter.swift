/// Draws lines over the ones drawn before, without clearing in between, so that nothing flickers.
///
/// It knows only what it drew itself: the cursor stands on the line below it.
package struct ScreenPainter {
  /// Columns of each line drawn last.
  private var drawn: [Int] = []
  private var last: [String] = []
  private var lastWidth = 0

  package init() {}

  /// What to write for the next frame; empty when nothing has changed.
  ///
  /// - Parameters:
  ///   - permanent: Lines that go above the frame and are never drawn over.
  ///   - live: The frame; each line fits the width.
  package mutating func frame(permanent: [String] = [], live: [String], width: Int) -> String {
    if permanent.isEmpty, live == last, width == lastWidth { return "" }
    var text = moveToTop(width: width)
    for line in permanent + live { text += "\(line)\u{1B}[K\n" }
    text += "\u{1B}[J"
    drawn = live.map { DisplayWidth.of(ScreenPainter.withoutStyle($0)) }
    last = live
    lastWidth = width
    return text
  }

  /// To the first line drawn before. After the terminal became narrower, lines take several rows.
  private func moveToTop(width: Int) -> String {
    let rows = drawn.reduce(0) { $0 + max(1, ($1 + width - 1) / max(1, width)) }
    return rows == 0 ? "\r" : "\r\u{1B}[\(rows)A"
  }

  /// Forgets the frame: the next one is drawn below whatever is there.
  package mutating func forget() {
    drawn = []
    last = []
  }

  private static func withoutStyle(_ text: String) -> String {
    var filter = EscapeFilter(keeps: .nothing)
    return filter.filter(text)
  }
}
