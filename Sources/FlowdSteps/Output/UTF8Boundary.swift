/// Where well-formed UTF-8 may be cut.
package enum UTF8Boundary {
  /// The last boundary between two scalars at or before `limit`.
  ///
  /// - Parameters:
  ///   - text: Well-formed UTF-8.
  ///   - limit: An index of `text`, from `startIndex` to `endIndex`.
  package static func atOrBefore(_ limit: Int, in text: ArraySlice<UInt8>) -> Int {
    var at = limit
    while at > text.startIndex, at < text.endIndex, text[at] & 0xC0 == 0x80 { at -= 1 }
    return at
  }
}
