internal import FlowdModel

/// What becomes of a name that nothing has which a flow refers to: a persona, a contract, another flow.
enum UnknownNames {
  /// It is an error.
  case refused
  /// A flow file was given without the workspace that may have what it names. That is said, and is no mistake of the file.
  case toldWithoutWorkspace

  var severity: Diagnostic.Severity {
    switch self {
    case .refused: .error
    case .toldWithoutWorkspace: .warning
    }
  }

  /// At the end of the message.
  var explanation: String {
    switch self {
    case .refused: ""
    case .toldWithoutWorkspace:
      "; only the user's own and the built-in ones were looked at, since no workspace was given"
    }
  }
}
