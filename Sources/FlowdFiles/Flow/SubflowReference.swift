/// A step that runs another flow, and where its file says which.
package struct SubflowReference: Equatable, Sendable {
  /// Index in `FlowDefinition.steps`.
  package var step: Int
  package var flow: String
  package var position: SourcePosition

  package init(step: Int, flow: String, position: SourcePosition) {
    self.step = step
    self.flow = flow
    self.position = position
  }
}
