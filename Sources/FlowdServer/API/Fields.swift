internal import FlowdEngine
internal import FlowdModel
internal import FlowdWire

/// Checks single fields of requests; each refusal names its field.
enum Fields {
  static func session(_ text: String, _ field: String = "session_id") throws(Refusal) -> SessionID {
    try required(text, field, bytesMax: Limits.idBytesMax)
    guard let id = SessionID(text) else { throw .sessionNotFound(text) }
    return id
  }

  static func run(_ text: String, _ field: String = "run_id") throws(Refusal) -> RunID {
    try required(text, field, bytesMax: Limits.idBytesMax)
    guard let id = RunID(text) else { throw .runNotFound(text) }
    return id
  }

  /// An id of a flow, provider or model.
  static func id(_ text: String, _ field: String) throws(Refusal) -> String {
    try required(text, field, bytesMax: Limits.idBytesMax)
    return text
  }

  static func required(_ text: String, _ field: String, bytesMax: Int) throws(Refusal) {
    guard !text.isEmpty else { throw .invalid(field: field, "is empty; give a value") }
    try optional(text, field, bytesMax: bytesMax)
  }

  static func optional(_ text: String, _ field: String, bytesMax: Int) throws(Refusal) {
    guard text.utf8.count <= bytesMax else {
      throw .invalid(field: field, "has \(text.utf8.count) bytes; at most \(bytesMax) are allowed")
    }
  }

  static func absolutePath(_ text: String, _ field: String) throws(Refusal) -> String {
    try required(text, field, bytesMax: Limits.pathBytesMax)
    guard text.hasPrefix("/") else { throw .invalid(field: field, "\"\(text.prefix(80))\" is not an absolute path") }
    var path = text.utf8[...]
    while path.count > 1, path.last == UInt8(ascii: "/") { path.removeLast() }
    return String(Substring(path))
  }

  static func expectation(_ message: API.ExpectedMeta?) throws(Refusal) -> Expectation {
    guard let message else { return Expectation() }
    for (text, field) in [
      (message.executedFlowID, "executed_flow_id"), (message.providerID, "provider_id"), (message.modelID, "model_id"),
    ] { try optional(text ?? "", "expected.\(field)", bytesMax: Limits.idBytesMax) }
    return Expectation(
      revision: message.revision, executedFlowID: message.executedFlowID, providerID: message.providerID,
      modelID: message.modelID)
  }

  static func mode(_ mode: API.RunMode) throws(Refusal) -> RunMode {
    guard let known = RunMode(rawValue: Int(mode.rawValue)) else {
      throw .invalid(field: "mode", "must be BATCH, INTERACTIVE or HYBRID, not \(mode.rawValue)")
    }
    return known
  }

  /// `nil`: as the run's flow says.
  static func cancelMode(_ mode: API.CancelMode) throws(Refusal) -> CancelMode? {
    if mode == .unspecified { return nil }
    guard let known = CancelMode(rawValue: Int(mode.rawValue)) else {
      throw .invalid(field: "mode", "must be GRACEFUL or FORCE, not \(mode.rawValue)")
    }
    return known
  }

  static func ifActive(_ ifActive: API.IfActive) throws(Refusal) -> StartRequest.IfActive {
    if ifActive == .unspecified { return .reject }
    guard let known = StartRequest.IfActive(rawValue: Int(ifActive.rawValue)) else {
      throw .invalid(field: "if_active", "must be REJECT, QUEUE, REPLACE or PARALLEL, not \(ifActive.rawValue)")
    }
    return known
  }

  static func pageSize(_ size: UInt32) throws(Refusal) -> Int {
    guard size <= Limits.pageSizeMax else {
      throw .invalid(field: "page_size", "is \(size); at most \(Limits.pageSizeMax) are allowed")
    }
    return size == 0 ? Limits.pageSizeDefault : Int(size)
  }

  /// A page token is the key of the last row of the page before, as text.
  static func pageToken(_ token: String) throws(Refusal) -> Int64? {
    if token.isEmpty { return nil }
    guard let key = Int64(token), key > 0 else {
      throw .invalid(field: "page_token", "is not a token that this daemon gave")
    }
    return key
  }

  /// `NAME=value` entries, in the order of their names.
  static func environment(_ entries: [String: String]) throws(Refusal) -> [String] {
    guard entries.count <= Limits.environmentEntriesMax else {
      throw .invalid(field: "env", "has \(entries.count) entries; at most \(Limits.environmentEntriesMax) are allowed")
    }
    var bytes = 0
    for (name, value) in entries {
      guard !name.isEmpty, !name.utf8.contains(UInt8(ascii: "=")) else {
        throw .invalid(field: "env", "\"\(name.prefix(80))\" is not a name of an environment variable")
      }
      bytes += name.utf8.count + value.utf8.count + 2
    }
    guard bytes <= Limits.environmentBytesMax else {
      throw .invalid(field: "env", "has \(bytes) bytes; at most \(Limits.environmentBytesMax) are allowed")
    }
    return entries.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
  }

  static func umask(_ bits: UInt32?) throws(Refusal) -> FileMask? {
    guard let bits else { return nil }
    guard bits <= FileMask.bitsMax else {
      throw .invalid(field: "umask", "is 0\(String(bits, radix: 8)); it may have permissions only, at most 0777")
    }
    return FileMask(bits)
  }

  static func inputs(_ bytes: [UInt8]) throws(Refusal) -> JSONValue {
    if bytes.isEmpty { return .object([]) }
    guard bytes.count <= Limits.inputsBytesMax else {
      throw .invalid(field: "inputs", "has \(bytes.count) bytes; at most \(Limits.inputsBytesMax) are allowed")
    }
    do throws(JSONParseError) {
      return try JSONValue(parsing: bytes)
    } catch {
      throw .invalid(field: "inputs", "is not JSON: \(error)")
    }
  }
}
