internal import FlowdModel

extension FlowFile {
  /// Reads a definition back from what was stored of it, with the documents it had then.
  ///
  /// - Parameters:
  ///   - canonicalJSON: As an earlier result had it.
  ///   - source: The file as it was, which keeps line numbers where it still says the same; or empty.
  ///   - hash: Of `canonicalJSON` as an earlier version wrote it.
  package static func restore(
    canonicalJSON: [UInt8], source: [UInt8], hash: String, id: String, file: String
  ) -> FlowFileResult {
    let (flow, documents) = FlowDocuments.split(canonicalJSON)
    if !source.isEmpty {
      let result = parse(source, id: id, file: file).adding(documents, file: file)
      if result.hash == hash { return result }
    }
    return parse(flow, id: id, file: file).adding(documents, file: file)
  }
}

extension FlowFileResult {
  /// The same flow with what its agents are given, which its hash then includes.
  func adding(_ documents: [FlowDocument], file: String) -> FlowFileResult {
    guard var definition, !documents.isEmpty else { return self }
    definition.documents = documents
    let canonicalJSON = FlowDocuments.join(canonicalJSON, documents)
    guard canonicalJSON.count <= Limits.definitionBytesMax else {
      let limit = Limits.definitionBytesMax
      let message = "the flow and its documents take \(canonicalJSON.count) bytes as JSON; at most \(limit) are allowed"
      return FlowFileResult(diagnostics: [Diagnostic(file: file, message: message)])
    }
    return FlowFileResult(
      definition: definition, diagnostics: diagnostics, canonicalJSON: canonicalJSON,
      hash: SHA256.hexDigest(of: canonicalJSON), source: source, subflowCalls: subflowCalls,
      documentReferences: documentReferences)
  }
}

/// How documents are stored with the flow that names them: as the first member of its JSON, `documents`, which a flow
/// file itself may not have.
private enum FlowDocuments {
  private static let key = "documents"

  static func join(_ canonicalJSON: [UInt8], _ documents: [FlowDocument]) -> [UInt8] {
    let list = JSONValue.array(
      documents.map { document in
        .object([
          .init("kind", .string(document.kind.rawValue)), .init("name", .string(document.name)),
          .init("text", .string(document.text)),
        ])
      })
    // A flow is never an empty object, so a member follows.
    return Array("{\"\(key)\":".utf8) + JSONWriter.bytes(of: list, .compact) + [UInt8(ascii: ",")]
      + canonicalJSON.dropFirst()
  }

  /// What `join` put together; anything else as it is.
  static func split(_ bytes: [UInt8]) -> (flow: [UInt8], documents: [FlowDocument]) {
    guard let value = try? JSONValue(parsing: bytes), case .object(var members) = value, members.first?.name == key,
      case .array(let elements) = members[0].value
    else { return (bytes, []) }
    members.removeFirst()
    return (JSONWriter.bytes(of: .object(members), .compact), elements.compactMap(document))
  }

  private static func document(_ value: JSONValue) -> FlowDocument? {
    guard case .string(let word)? = value["kind"], let kind = FlowDocument.Kind(rawValue: word),
      case .string(let name)? = value["name"], case .string(let text)? = value["text"]
    else { return nil }
    return FlowDocument(kind: kind, name: name, text: text)
  }
}
