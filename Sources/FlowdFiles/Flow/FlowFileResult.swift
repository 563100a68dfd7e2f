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

  package init(
    definition: FlowDefinition? = nil, diagnostics: [Diagnostic] = [], canonicalJSON: [UInt8] = [], hash: String = ""
  ) {
    self.definition = definition
    self.diagnostics = diagnostics
    self.canonicalJSON = canonicalJSON
    self.hash = hash
  }
}
