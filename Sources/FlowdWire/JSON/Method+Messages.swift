extension API.Method {
  /// The full name of its request; the contract names messages after their method.
  package var requestName: String { "\(service)\(name)Request" }

  /// The full name of its response, or of each message of its stream.
  package var responseName: String { "\(service)\(name)Response" }
}
