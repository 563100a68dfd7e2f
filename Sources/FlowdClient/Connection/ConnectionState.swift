internal import FlowdModel
internal import FlowdWire

/// How one call on a connection ended.
enum CallOutcome: Sendable {
  case reply([UInt8])
  case failure(ClientError)
  /// The connection ended first.
  ///
  /// - Parameter behindOthers: An earlier call was lost with it, so that repeating this one alone could change their order.
  case lost(reason: String, behindOthers: Bool)
}

typealias CallCompletion = @Sendable (CallOutcome) -> Void

/// The calls and unsent bytes of one connection; says what to do, does nothing itself.
struct ConnectionState: Sendable {
  struct Call: Sendable {
    var method: API.Method
    var timeout: Duration
    var deadline: ContinuousClock.Instant
    var completion: CallCompletion
  }

  enum Admission: Sendable {
    /// The request's bytes are at the end of `output`.
    case queued
    /// Not for this connection: it has ended.
    case closed
    case overloaded
  }

  /// Bytes that the socket has not taken yet.
  private(set) var output: [UInt8] = []
  private(set) var isConnected = false
  private(set) var isClosed = false
  private var calls: [UInt32: Call] = [:]
  private var nextStream: UInt32 = 1
  /// Not after the first deadline of `calls`; may be before it, once the call it belonged to has its reply.
  private var soonest: ContinuousClock.Instant?

  /// Numbers a call and queues its request.
  mutating func admit(
    _ method: API.Method, payload: [UInt8], timeout: Duration, now: ContinuousClock.Instant,
    completion: @escaping CallCompletion
  ) -> Admission {
    if isClosed || nextStream > UInt32.max - 2 { return .closed }
    guard calls.count < Limits.clientCallsMax, output.count + payload.count <= Limits.clientOutputBytesMax else {
      return .overloaded
    }
    RequestFrame.append(
      method: method, payload: payload, timeoutNanoseconds: ConnectionState.nanoseconds(timeout), stream: nextStream,
      to: &output)
    let deadline = now + timeout
    calls[nextStream] = Call(method: method, timeout: timeout, deadline: deadline, completion: completion)
    soonest = min(soonest ?? deadline, deadline)
    nextStream += 2
    return .queued
  }

  mutating func connected() { isConnected = true }

  mutating func sent(_ count: Int) {
    if count == output.count {
      output.removeAll(keepingCapacity: output.count <= 65_536)
    } else {
      output.removeFirst(count)
    }
  }

  /// When to look for calls that have run out of time; it may be too early, never too late.
  var nextDeadline: ContinuousClock.Instant? { calls.isEmpty ? nil : soonest }

  /// A frame with a call's last word arrived.
  ///
  /// - Returns: The call's completion; `nil` when nobody waits for it any more.
  mutating func finish(stream: UInt32) -> CallCompletion? { calls.removeValue(forKey: stream)?.completion }

  /// Takes out the calls whose time is over.
  mutating func expire(now: ContinuousClock.Instant) -> [(CallCompletion, CallOutcome)] {
    guard let soonest, soonest <= now else { return [] }
    let late = calls.filter { $0.value.deadline <= now }
    for stream in late.keys { calls[stream] = nil }
    self.soonest = calls.values.lazy.map(\.deadline).min()
    return late.sorted { $0.key < $1.key }.map { _, call in
      (call.completion, .failure(.timedOut(method: call.method.alias, after: call.timeout)))
    }
  }

  /// The connection ended, or never was.
  ///
  /// - Returns: All calls without a reply, oldest first.
  mutating func close(_ error: ClientError) -> [(CallCompletion, CallOutcome)] {
    guard !isClosed else { return [] }
    isClosed = true
    output = []
    let open = calls.sorted { $0.key < $1.key }
    calls = [:]
    return open.enumerated().map { place, entry in
      if case .connectionLost(let reason) = error {
        return (entry.value.completion, .lost(reason: reason, behindOthers: place > 0))
      }
      return (entry.value.completion, .failure(error))
    }
  }

  private static func nanoseconds(_ duration: Duration) -> Int64 {
    let (seconds, attoseconds) = duration.components
    let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    return overflow ? .max : max(1, scaled.addingReportingOverflow(attoseconds / 1_000_000_000).partialValue)
  }
}
