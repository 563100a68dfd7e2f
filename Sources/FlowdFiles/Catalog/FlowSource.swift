/// Where a flow was found; earlier places win.
package enum FlowSource: String, Equatable, Sendable, CaseIterable {
  case workspace, user, builtin
}
