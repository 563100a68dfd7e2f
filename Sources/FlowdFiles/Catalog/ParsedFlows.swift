internal import FlowdModel

/// What flow files were found to say when they were last read, so that a file that is as it was is not parsed again.
///
/// The file itself and the documents it names are read each time and compared byte by byte: a change shows at once.
final class ParsedFlows: Sendable {
  private struct Entry: Sendable {
    let id: String
    let bytes: [UInt8]
    /// Without documents.
    let parsed: FlowFileResult
    var documents: [FlowDocument] = []
    /// With them.
    var result: FlowFileResult
    var lastUse: UInt64 = 0

    func has(_ others: [FlowDocument]) -> Bool {
      documents.elementsEqual(others) { one, other in
        one.kind == other.kind && ExactName(one.name) == ExactName(other.name)
          && ExactName(one.text) == ExactName(other.text)
      }
    }

    var byteCount: Int { documents.reduce(bytes.count) { $0 + $1.text.utf8.count } }
  }

  private struct State: Sendable {
    /// By the file's name in diagnostics.
    var entries: [String: Entry] = [:]
    var byteCount = 0
    var useCount: UInt64 = 0
  }

  private let state = Locked(State())

  /// As `FlowFile.parse`, with the documents that the flow names.
  ///
  /// - Parameter library: Where they are looked for; `nil`: they are left out.
  func parse(_ bytes: [UInt8], id: String, file: String, _ library: DocumentLibrary? = nil) -> FlowFileResult {
    let known = state.withLock { state -> Entry? in
      guard let entry = state.entries[file], entry.id == id, entry.bytes == bytes else { return nil }
      state.useCount += 1
      state.entries[file]?.lastUse = state.useCount
      return entry
    }
    let parsed = known?.parsed ?? FlowFile.parse(bytes, id: id, file: file)
    let references = library == nil ? [] : parsed.documentReferences
    let (documents, problems) = library?.documents(for: references, file: file) ?? ([], [])
    if !problems.isEmpty { return parsed.adding(problems) }
    if let known, known.has(documents) { return known.result }
    var result = parsed.adding(documents, file: file)
    result.shareDefinition()
    keep(Entry(id: id, bytes: bytes, parsed: parsed, documents: documents, result: result), file: file)
    return result
  }

  private func keep(_ entry: Entry, file: String) {
    state.withLock { state in
      state.useCount += 1
      if let old = state.entries.removeValue(forKey: file) { state.byteCount -= old.byteCount }
      var entry = entry
      entry.lastUse = state.useCount
      state.entries[file] = entry
      state.byteCount += entry.byteCount
      while state.entries.count > Limits.parsedFlowsMax || state.byteCount > Limits.parsedFlowBytesMax,
        let oldest = state.entries.min(by: { $0.value.lastUse < $1.value.lastUse })
      {
        state.entries[oldest.key] = nil
        state.byteCount -= oldest.value.byteCount
      }
    }
  }
}
