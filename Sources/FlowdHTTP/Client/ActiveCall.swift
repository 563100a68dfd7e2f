internal import CHTTP
internal import FlowdModel
internal import Glibc

/// A call under way: its requests one after the other, and what has come of the response.
///
/// Used on the client's thread only; libcurl's callbacks come here and decide nothing but whether to go on.
final class ActiveCall {
  /// What becomes of a call when a request of it has ended.
  enum Next {
    case end(HTTPEnd.Result)
    /// `beginHop` makes the next request.
    case redirect
  }

  let id: HTTPCallID
  let call: HTTPCall
  let deliver: (HTTPCallEvent) -> Void
  let network: NetworkGuard
  private(set) var transfer: Transfer?
  var hop: HopRequest?
  var head = HeadParser()
  var info: HTTPInfo
  /// What follows the response that is being read.
  var nextHop: HopRequest?
  var hasDeliveredHead = false
  /// Body bytes of a response that is not wanted.
  var discardedBytes = 0
  /// Why it was stopped by a callback.
  var problem: HTTPProblem?
  /// Why an address was not connected to; there may be others.
  var refusal: HTTPProblem?
  /// Requests that were sent in this hop without an answer yet.
  var unansweredRequests = 0
  private var cookies: CookieShare?
  private var unacknowledgedBytes = 0
  /// How much had come when there was no room for more; `nil`: there is.
  private var bytesWhenFull: Int64?
  private(set) var isPaused = false
  private var beganAt = SuspendingClock.now
  private var hopBeganAt = SuspendingClock.now
  private var lastByteAt = SuspendingClock.now
  private var proxyHost: String?

  init(_ id: HTTPCallID, _ call: HTTPCall, _ deliver: @escaping (HTTPCallEvent) -> Void) {
    self.id = id
    self.call = call
    self.deliver = deliver
    network = NetworkGuard(call.policies)
    info = HTTPInfo(method: call.method, url: "")
  }

  /// Makes the first request.
  func begin(sharing cookies: CookieShare?) throws(HTTPProblem) {
    beganAt = .now
    lastByteAt = beganAt
    self.cookies = cookies
    nextHop = try HopRequest(call)
    if let proxy = call.proxy {
      do throws(HTTPProblem) {
        proxyHost = try HTTPTarget(proxy.contains("://") ? proxy : "http://\(proxy)").host
      } catch {
        throw HTTPProblem(.invalid, "the proxy is not usable: \(error.message)")
      }
    }
    try beginHop()
  }

  /// Makes the request that comes next; the transfer before it must have been taken out of the client.
  func beginHop() throws(HTTPProblem) {
    guard let hop = nextHop else { preconditionFailure("a hop begins with a request") }
    self.hop = hop
    nextHop = nil
    transfer = nil
    info.method = hop.method
    info.url = hop.target.text
    info.requestHeaders = []
    info.sentBody = hop.body != .none
    if call.unixSocket != nil { try network.checkUnixSocket() }
    try network.check(host: hop.target.host, isFinal: call.proxy != nil || call.unixSocket != nil)
    head = HeadParser()
    discardedBytes = 0
    refusal = nil
    unansweredRequests = 0
    hopBeganAt = .now
    transfer = try Transfer(hop, of: call, cookies: cookies, context: self)
  }

  /// When and how the call ends by itself, if nothing happens.
  var due: (at: SuspendingClock.Instant, result: HTTPEnd.Result)? {
    let end = call.timeout.map { beganAt.advanced(by: $0) }
    if let silence = call.silence, !isPaused {
      let silent = lastByteAt.advanced(by: silence)
      if silent < end ?? silent.advanced(by: .seconds(1)) {
        return (silent, .failed(.timeout, "\(place) has sent nothing for \(silence)"))
      }
    }
    return end.map { ($0, .timedOut) }
  }

  /// `host:port`.
  var place: String { hop?.target.authority ?? "the server" }

  func acknowledge(_ bytes: Int) {
    unacknowledgedBytes = max(0, unacknowledgedBytes - bytes)
    guard isPaused, unacknowledgedBytes < call.unacknowledgedBytesMax, let transfer, transfer.isAdded else { return }
    isPaused = false
    lastByteAt = .now
    chttp_transfer_resume(transfer.handle)
  }

  /// Hands a piece of the body over, unless too many are outstanding.
  ///
  /// What one read of the socket unpacks to is handed over as a whole: at each pause in the middle of it libcurl would
  /// copy the rest, again and again.
  ///
  /// - Returns: Whether it was handed over.
  func handOver(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    if unacknowledgedBytes < max(1, call.unacknowledgedBytesMax) {
      bytesWhenFull = nil
    } else {
      let received = transfer?.measure(CHTTP_WIRE_BYTES)
      guard bytesWhenFull == nil || bytesWhenFull == received else {
        bytesWhenFull = nil
        isPaused = true
        return false
      }
      bytesWhenFull = received
    }
    info.bodyBytes += bytes.count
    unacknowledgedBytes += bytes.count
    deliver(.body([UInt8](bytes)))
    return true
  }

  func byteArrived() { lastByteAt = .now }

  /// Notes how long the parts of the current request took.
  func measure() {
    info.timings.total = beganAt.duration(to: .now).wholeMicroseconds
    guard let transfer else { return }
    let offset = beganAt.duration(to: hopBeganAt).wholeMicroseconds
    func moment(_ measure: chttp_measure) -> Int64 {
      let length = transfer.measure(measure)
      return length > 0 ? offset + length : 0
    }
    info.timings.nameLookup = moment(CHTTP_NAME_LOOKUP_MICROSECONDS)
    info.timings.connect = moment(CHTTP_CONNECTED_MICROSECONDS)
    info.timings.tls = moment(CHTTP_TLS_MICROSECONDS)
    info.timings.firstByte = moment(CHTTP_FIRST_BYTE_MICROSECONDS)
  }

  /// Tells of the end; nothing follows.
  func end(_ result: HTTPEnd.Result) {
    if result == .completed { deliverHead() }
    if let cookies { info.cookieLines = cookies.lines(bytesMax: Limits.cookieBytesMax) }
    transfer = nil
    cookies = nil
    deliver(.end(HTTPEnd(result: result, info: info)))
  }

  func deliverHead() {
    guard !hasDeliveredHead, let hop else { return }
    hasDeliveredHead = true
    deliver(
      .head(
        HTTPHead(status: head.status, version: head.version, headers: head.headers, url: hop.target.text)))
  }

  // MARK: addresses

  /// Whether a socket to an address may be opened.
  func mayConnect(to address: UnsafePointer<sockaddr>) -> Bool {
    if Int32(address.pointee.sa_family) == AF_UNIX { return call.unixSocket != nil }
    guard let address = NetworkAddress(address) else { return false }
    do throws(HTTPProblem) {
      try checkAddress(address)
      return true
    } catch {
      refusal = error
      return false
    }
  }

  /// Whether the request may be sent on a connection, which may be an older one of a call with other policies.
  func maySend(on ip: String) -> Bool {
    unansweredRequests += 1
    if unansweredRequests > 1, let hop, !Self.idempotentMethods.contains(hop.method) {
      problem = HTTPProblem(.reset, "\(place) closed the connection before it answered; it may have got the request")
      return false
    }
    if call.unixSocket != nil { return true }
    do throws(HTTPProblem) {
      guard let address = NetworkAddress(ip) else {
        throw HTTPProblem(.policy, "the address of \(place) cannot be told, so the network policy refuses it")
      }
      try checkAddress(address)
      return true
    } catch {
      problem = error
      return false
    }
  }

  private func checkAddress(_ address: NetworkAddress) throws(HTTPProblem) {
    try network.check(address, host: proxyHost ?? hop?.target.host ?? "")
  }

  /// RFC 9110, 9.2.2: what may be sent again when an idle connection turns out to be closed.
  private static let idempotentMethods: Set<String> = ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"]
}
