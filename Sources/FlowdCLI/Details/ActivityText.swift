internal import FlowdWire

/// What an agent does beside its answer, in words.
enum ActivityText {
  /// Such as `thinks` or `uses`; what it is goes after it.
  static func verb(_ kind: API.ActivityKind) -> String {
    switch kind {
    case .thought: "thinks"
    case .toolCall: "uses"
    case .plan: "plans"
    case .usage: "used"
    case .permission: "permission"
    case .notice, .unspecified, .unrecognized: "says"
    }
  }

  /// Such as `uses: read README.md`.
  static func line(_ kind: API.ActivityKind, _ text: String) -> String {
    let safe = TerminalText.sanitisedLines(text).split(separator: "\n").joined(separator: " · ")
    return "\(verb(kind)): \(safe)"
  }
}

/// What an agent does now: thoughts come in pieces, anything else whole.
struct ActivityTail: Equatable, Sendable {
  private(set) var kind = API.ActivityKind.unspecified
  private var thought = OutputTail()
  private var text = ""

  mutating func add(_ activity: API.StepActivity) {
    if activity.kind != kind { thought = OutputTail() }
    kind = activity.kind
    if kind == .thought {
      thought.add(Array(activity.text.utf8))
    } else {
      text = activity.text
    }
  }

  var line: String { ActivityText.line(kind, kind == .thought ? thought.line : text) }
}
