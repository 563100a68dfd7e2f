package import FlowdModel

/// A step that runs another flow, and where its file says which.
package struct SubflowReference: Equatable, Sendable {
  /// The flow's id and the inputs that the step gives.
  package var call: SubflowCall
  package var position: SourcePosition
  /// Whether something is wrong with the inputs in themselves; then they are not compared with the flow's.
  package var hasBrokenInputs: Bool

  package init(call: SubflowCall, position: SourcePosition, hasBrokenInputs: Bool = false) {
    self.call = call
    self.position = position
    self.hasBrokenInputs = hasBrokenInputs
  }
}
