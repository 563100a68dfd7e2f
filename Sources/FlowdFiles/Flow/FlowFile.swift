internal import FlowdModel

/// Flow files: YAML or JSON in, validated definitions out.
package enum FlowFile {
  /// Reads a flow file as a whole and finds everything that is wrong with it.
  ///
  /// - Parameters:
  ///   - bytes: The file; also the `source` or the `canonicalJSON` of an earlier result, which gives the same hash and, lines
  ///     aside, the same definition.
  ///   - id: The flow's id, which the file does not say.
  ///   - file: The file's name in diagnostics.
  package static func parse(_ bytes: [UInt8], id: String, file: String) -> FlowFileResult {
    let document = YAMLDocument(parsing: bytes, file: file)
    guard let root = document.root else {
      let empty = Diagnostic(
        file: file, line: 1, column: 1, message: "the file is empty; a flow has at least 'steps'")
      return FlowFileResult(diagnostics: document.diagnostics.isEmpty ? [empty] : document.diagnostics)
    }
    var reader = FlowReader(document, id: id)
    let definition = reader.flow(root)
    guard let definition, !reader.nodes.hasErrors else {
      return FlowFileResult(
        diagnostics: reader.nodes.sortedDiagnostics, subflowCalls: reader.subflowCalls,
        documentReferences: reader.documentReferences)
    }
    let canonicalJSON = JSONWriter.bytes(of: reader.nodes.written(root), .compact)
    guard canonicalJSON.count <= Limits.flowFileBytesMax else {
      let limit = Limits.flowFileBytesMax
      let message = "the flow takes \(canonicalJSON.count) bytes as JSON; at most \(limit) are allowed"
      return FlowFileResult(diagnostics: [Diagnostic(file: file, message: message)])
    }
    return FlowFileResult(
      definition: definition, diagnostics: reader.nodes.sortedDiagnostics, canonicalJSON: canonicalJSON,
      hash: SHA256.hexDigest(of: canonicalJSON), source: bytes, subflowCalls: reader.subflowCalls,
      documentReferences: reader.documentReferences)
  }
}
