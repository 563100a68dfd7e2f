internal import FlowdModel

/// What flow files were found to say when they were last read, so that a file that is as it was is not parsed again.
///
/// The file itself is read each time and compared byte by byte: a change shows at once.
final class ParsedFlows: Sendable {
  private struct Entry: Sendable {
    let id: String
    let bytes: [UInt8]
    let result: FlowFileResult
    var lastUse: UInt64
  }

  private struct State: Sendable {
    /// By the file's name in diagnostics.
    var entries: [String: Entry] = [:]
    var byteCount = 0
    var useCount: UInt64 = 0
  }

  private let state = Locked(State())

  /// As `FlowFile.parse`.
  func parse(_ bytes: [UInt8], id: String, file: String) -> FlowFileResult {
    let known = state.withLock { state -> FlowFileResult? in
      guard let entry = state.entries[file], entry.id == id, entry.bytes == bytes else { return nil }
      state.useCount += 1
      state.entries[file]?.lastUse = state.useCount
      return entry.result
    }
    if let known { return known }
    var result = FlowFile.parse(bytes, id: id, file: file)
    result.shareDefinition()
    state.withLock { [result] state in
      state.useCount += 1
      if let old = state.entries.removeValue(forKey: file) { state.byteCount -= old.bytes.count }
      state.entries[file] = Entry(id: id, bytes: bytes, result: result, lastUse: state.useCount)
      state.byteCount += bytes.count
      while state.entries.count > Limits.parsedFlowsMax || state.byteCount > Limits.parsedFlowBytesMax,
        let oldest = state.entries.min(by: { $0.value.lastUse < $1.value.lastUse })
      {
        state.entries[oldest.key] = nil
        state.byteCount -= oldest.value.bytes.count
      }
    }
    return result
  }
}
