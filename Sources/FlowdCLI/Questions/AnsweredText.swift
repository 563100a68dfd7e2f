internal import FlowdWire

/// Who or what answered, in words.
enum AnsweredText {
  static func who(_ by: API.AnsweredBy) -> String {
    switch by {
    case .person: "somebody else"
    case .mode: "the run's mode, which waits for nobody"
    case .timeout: "the clock, as nobody did in time"
    case .expiry: "the flow's input-expiry"
    case .unspecified, .unrecognized: "somebody"
    }
  }

  /// As an addition to the answer; empty for a person.
  static func suffix(_ by: API.AnsweredBy) -> String {
    switch by {
    case .person, .unspecified, .unrecognized: ""
    case .mode: " (the mode waits for nobody)"
    case .timeout: " (nobody answered in time)"
    case .expiry: " (input-expiry)"
    }
  }
}
