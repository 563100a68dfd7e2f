package import FlowdModel

/// What a flow file was found to say.
package struct FlowFileResult: Equatable, Sendable {
  /// `nil` when `diagnostics` holds an error.
  package var definition: FlowDefinition?
  /// Everything that is wrong, in the order of the file; at most `Limits.diagnosticsMax`.
  package var diagnostics: [Diagnostic]
  /// The flow as JSON, itself a flow file of the same definition; empty when there is no definition.
  ///
  /// Comments, layout and the order of the language's keys do not show in it; the order of inputs, of environment
  /// variables and of steps does. At most `Limits.flowFileBytesMax` bytes.
  package var canonicalJSON: [UInt8]
  /// SHA-256 of `canonicalJSON` in lower-case hexadecimal; empty when there is no definition.
  package var hash: String
  /// The file as it was; empty when there is no definition.
  package var source: [UInt8]
  /// The steps that run other flows, in file order; also of a file with errors, so that what is wrong with those flows is
  /// told with them.
  package var subflowCalls: [SubflowReference]
  /// The files that its agents are given, in file order; the definition has them once the catalogue has found them. Of a
  /// file with errors as well.
  package var documentReferences: [DocumentReference]
  /// The definition as all runs of this result may share it; only of a flow that runs no others.
  private var shared: PinnedDefinition?

  package init(
    definition: FlowDefinition? = nil, diagnostics: [Diagnostic] = [], canonicalJSON: [UInt8] = [], hash: String = "",
    source: [UInt8] = [], subflowCalls: [SubflowReference] = [], documentReferences: [DocumentReference] = []
  ) {
    self.definition = definition
    self.diagnostics = diagnostics
    self.canonicalJSON = canonicalJSON
    self.hash = hash
    self.source = source
    self.subflowCalls = subflowCalls
    self.documentReferences = documentReferences
  }

  /// The definition as runs hold it; `nil` when there is none.
  ///
  /// - Parameter subflows: Those of `subflowCalls` and theirs, by id.
  package func pinned(subflows: [String: PinnedDefinition] = [:]) -> PinnedDefinition? {
    if let shared, subflows.isEmpty { return shared }
    return definition.map {
      PinnedDefinition(flow: $0, hash: hash, canonicalJSON: canonicalJSON, source: source, subflows: subflows)
    }
  }

  /// Has `pinned` give the same object from now on.
  mutating func shareDefinition() {
    if subflowCalls.isEmpty { shared = pinned() }
  }
}
