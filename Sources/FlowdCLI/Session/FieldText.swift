internal import FlowdClient

/// Refusals of a request's field, in terms of this program.
enum FieldText {
  /// Options and operands by the field that they fill.
  private static let names = [
    "from_step_id": "--from", "request_id": "--request-id", "if_active": "--if-active", "env": "the environment",
    "cwd": "--cwd", "inputs": "the object of inputs", "value": "the answer", "session_id": "--session",
    "run_id": "the run's id", "flow_id": "the flow's id", "executed_flow_id": "the flow's id",
    "provider_id": "the provider's id", "model_id": "the model's id", "step_id": "the step's id",
    "input_id": "the question's id", "workspace": "--workspace", "file": "the file's name", "content": "the flow file",
  ]

  /// What the daemon says of a field, with the name that a person knows; `nil` for another refusal, or a field that nothing
  /// on the command line fills.
  static func sentence(_ refusal: CallRefusal) -> String? {
    guard refusal.reason == "INVALID_FIELD", let field = refusal.metadata["field"],
      refusal.message.hasPrefix("\(field): "), let last = field.split(separator: ".").last,
      let name = names[String(last)]
    else { return nil }
    let rest = refusal.message.dropFirst(field.count + 2)
    let saysWhat = ["is ", "has ", "takes ", "must "].contains { rest.hasPrefix($0) }
    return TerminalText.sanitised("\(name)\(saysWhat ? "" : ":") \(rest)")
  }
}
