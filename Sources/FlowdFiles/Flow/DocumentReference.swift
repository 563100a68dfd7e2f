package import FlowdModel

/// A persona or a contract that a step names, and where its file does.
package struct DocumentReference: Equatable, Sendable {
  package var kind: FlowDocument.Kind
  package var name: String
  package var position: SourcePosition

  package init(kind: FlowDocument.Kind, name: String, position: SourcePosition) {
    self.kind = kind
    self.name = name
    self.position = position
  }
}
