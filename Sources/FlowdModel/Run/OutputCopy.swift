/// An output that a run takes over from another one, inside the store.
package struct OutputCopy: Equatable, Sendable {
  /// A run's key and a step's index.
  package let from: Int64
  package let fromStep: Int
  package let to: Int64
  package let toStep: Int

  package init(from: Int64, fromStep: Int, to: Int64, toStep: Int) {
    self.from = from
    self.fromStep = fromStep
    self.to = to
    self.toStep = toStep
  }
}
