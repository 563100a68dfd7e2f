import FlowdHTTP
import FlowdModel
import Testing

/// A client, and what became of its calls.
final class ClientBench: Sendable {
  let client: HTTPClient

  init() throws { client = try HTTPClient() }

  deinit { client.shutdown() }

  /// Sends a request and waits for its end.
  func run(_ call: HTTPCall) -> CallRecord {
    let record = start(call)
    record.waitForEnd()
    return record
  }

  func get(_ url: String, _ change: (inout HTTPCall) -> Void = { _ in }) -> CallRecord {
    var call = HTTPCall(url: url)
    change(&call)
    return run(call)
  }

  /// - Parameter acknowledges: Whether every piece of the body is taken over at once.
  func start(_ call: HTTPCall, acknowledges: Bool = true) -> CallRecord {
    let record = CallRecord()
    let client = client
    let id = client.makeID()
    record.set(id)
    client.start(call, as: id) { event in
      record.note(event)
      if acknowledges, case .body(let bytes) = event { client.acknowledge(id, bytes: bytes.count) }
    }
    return record
  }
}

/// The events of one call.
final class CallRecord: Sendable {
  private struct State {
    var id: HTTPCallID?
    var heads: [HTTPHead] = []
    var body: [UInt8] = []
    var pieces = 0
    var ends: [HTTPEnd] = []
    var afterEnd = 0
  }

  private let state = Locked(State())
  private let moved = Semaphore()

  func set(_ id: HTTPCallID) { state.withLock { $0.id = id } }

  func note(_ event: HTTPCallEvent) {
    state.withLock { state in
      if !state.ends.isEmpty { state.afterEnd += 1 }
      switch event {
      case .head(let head): state.heads.append(head)
      case .body(let bytes):
        state.body += bytes
        state.pieces += 1
      case .end(let end): state.ends.append(end)
      }
    }
    moved.signal()
  }

  var id: HTTPCallID? { state.withLock { $0.id } }
  var head: HTTPHead? { state.withLock { $0.heads.first } }
  var headCount: Int { state.withLock { $0.heads.count } }
  var body: [UInt8] { state.withLock { $0.body } }
  var text: String { String(decoding: body, as: UTF8.self) }
  var end: HTTPEnd? { state.withLock { $0.ends.first } }
  var endCount: Int { state.withLock { $0.ends.count } }
  var eventsAfterEnd: Int { state.withLock { $0.afterEnd } }
  var status: Int { head?.status ?? 0 }

  var failure: HTTPFailure? {
    guard case .failed(let failure, _)? = end?.result else { return nil }
    return failure
  }

  var message: String {
    guard case .failed(_, let message)? = end?.result else { return "" }
    return message
  }

  func waitForEnd() { wait { !$0.isEmpty } }

  /// Waits until something holds for the body or the end; fails the test after 20 s.
  func waitForBody(_ holds: ([UInt8]) -> Bool) {
    for _ in 0..<100_000 {
      if holds(body) || endCount > 0 { return }
      if !moved.wait(milliseconds: 60_000) { break }
    }
    if !holds(body) { Issue.record("the body did not come; \(String(describing: end))") }
  }

  private func wait(_ holds: ([HTTPEnd]) -> Bool) {
    for _ in 0..<1_000_000 {
      if holds(state.withLock { $0.ends }) { return }
      if !moved.wait(milliseconds: 60_000) { break }
    }
    if !holds(state.withLock { $0.ends }) { Issue.record("the call did not end within 20 s") }
  }
}
