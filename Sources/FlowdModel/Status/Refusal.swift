/// Why a call was refused: the one error that crosses the wire.
package struct Refusal: Error, Equatable, Sendable {
  package var code: StatusCode
  /// UPPER_SNAKE_CASE; `proto/PROTOCOL.md` lists them.
  package var reason: String
  /// What happened, where, and what to do, in one or two sentences.
  package var message: String
  /// What the reason is about, such as `field` or `run_id`.
  package var metadata: [String: String]
  /// The session as it stands, with ABORTED.
  package var meta: SessionMeta?

  package init(
    _ code: StatusCode, _ reason: String, _ message: String, metadata: [String: String] = [:],
    meta: SessionMeta? = nil
  ) {
    self.code = code
    self.reason = reason
    self.message = message
    self.metadata = metadata
    self.meta = meta
  }

  /// INVALID_ARGUMENT about one field of the request.
  package static func invalid(field: String, _ message: String) -> Refusal {
    Refusal(.invalidArgument, "INVALID_FIELD", "\(field): \(message)", metadata: ["field": field])
  }

  package static func sessionNotFound(_ id: String) -> Refusal {
    Refusal(
      .notFound, "SESSION_NOT_FOUND", "no session \(id); session.list shows those there are",
      metadata: ["session_id": id])
  }

  package static func runNotFound(_ id: String) -> Refusal {
    Refusal(.notFound, "RUN_NOT_FOUND", "no run \(id); flow.listRuns shows those there are", metadata: ["run_id": id])
  }
}
