internal import FlowdModel
internal import FlowdWire

/// Circuit breakers in words.
enum CircuitText {
  static func name(_ state: API.CircuitState) -> String {
    switch state {
    case .closed: "closed"
    case .open: "open"
    case .halfOpen: "trying one attempt"
    case .unspecified: "-"
    case .unrecognized(let number): "state \(number)"
    }
  }

  /// Such as `circuit api.example.com open after 5 failures, tried again in 5.0s`.
  static func line(_ circuit: API.Circuit, at time: API.Timestamp?) -> String {
    var text = "circuit \(TerminalText.sanitised(circuit.name)) \(name(circuit.state))"
    if !circuit.reason.isEmpty { text += ": \(TerminalText.sanitised(circuit.reason))" }
    if circuit.reason.isEmpty, circuit.failures > 0 {
      text += " after \(circuit.failures) failure\(circuit.failures == 1 ? "" : "s")"
    }
    if let retry = circuit.retryAt, let time {
      text += ", tried again in \(DurationText.short(retry.model - time.model))"
    }
    return text
  }
}
