internal import CHTTP
internal import FlowdModel

/// The client's thread: carries out orders, lets libcurl work, and ends what is due.
final class HTTPLoop {
  private let mailbox: HTTPMailbox
  private let client: OpaquePointer
  private var calls: [HTTPCallID: ActiveCall] = [:]
  private var waiting: [ActiveCall] = []
  private let events = TurnEvents()
  private var shares: [ObjectIdentifier: (jar: HTTPCookieJar, share: CookieShare)] = [:]

  init(_ mailbox: HTTPMailbox) {
    self.mailbox = mailbox
    client = mailbox.handle
  }

  /// Works until it is told to shut down.
  func run() {
    while true {
      for order in mailbox.take() {
        if case .shutDown = order {
          shutDown()
          return
        }
        carryOut(order)
      }
      beginWaiting()
      chttp_client_perform(client)
      takeEnded()
      let wait = endDue()
      events.tell()
      chttp_client_wait(client, wait)
    }
  }

  private func carryOut(_ order: HTTPMailbox.Order) {
    switch order {
    case .start(let id, let call, let on): admit(ActiveCall(id, call) { [events] in events.append($0, for: on) })
    case .cancel(let id):
      if let call = calls[id] {
        end(call, .cancelled)
      } else if let index = waiting.firstIndex(where: { $0.id == id }) {
        waiting.remove(at: index).end(.cancelled)
      }
    case .acknowledge(let id, let bytes):
      guard let call = calls[id] else { return }
      call.acknowledge(bytes)
    case .discard(let jar): shares[ObjectIdentifier(jar)] = nil
    case .shutDown: break
    }
  }

  private func admit(_ call: ActiveCall) {
    guard waiting.count < Limits.waitingRequestsMax else {
      call.end(.failed(.invalid, "\(Limits.waitingRequestsMax) requests wait already"))
      return
    }
    waiting.append(call)
  }

  private func beginWaiting() {
    let count = min(Limits.httpRequestsMax - calls.count, waiting.count)
    guard count > 0 else { return }
    let next = waiting.prefix(count)
    waiting.removeFirst(count)
    for call in next {
      calls[call.id] = call
      do throws(HTTPProblem) {
        try call.begin(sharing: share(of: call.call.cookies))
        try add(call)
      } catch {
        end(call, .failed(error.failure, error.message))
      }
    }
  }

  private func share(of jar: HTTPCookieJar?) throws(HTTPProblem) -> CookieShare? {
    guard let jar else { return nil }
    if let known = shares[ObjectIdentifier(jar)] { return known.share }
    guard let share = CookieShare(jar) else { throw HTTPProblem(.invalid, "there is no memory for cookies") }
    shares[ObjectIdentifier(jar)] = (jar, share)
    return share
  }

  private func add(_ call: ActiveCall) throws(HTTPProblem) {
    guard let transfer = call.transfer, chttp_client_add(client, transfer.handle) else {
      throw HTTPProblem(.invalid, "libcurl cannot begin the request")
    }
    transfer.isAdded = true
  }

  private func takeEnded() {
    var failure = CHTTP_OK
    while let context = chttp_client_next_ended(client, &failure) {
      let call = Unmanaged<ActiveCall>.fromOpaque(context).takeUnretainedValue()
      // Those that were ended by an order are taken out already.
      guard calls[call.id] === call, let transfer = call.transfer else { continue }
      let next = call.transferEnded(failure)
      remove(transfer)
      switch next {
      case .end(let result): end(call, result)
      case .redirect:
        do throws(HTTPProblem) {
          try call.beginHop()
          try add(call)
        } catch {
          end(call, .failed(error.failure, error.message))
        }
      }
    }
  }

  private func end(_ call: ActiveCall, _ result: HTTPEnd.Result) {
    call.measure()
    if let transfer = call.transfer { remove(transfer) }
    calls[call.id] = nil
    call.end(result)
  }

  private func remove(_ transfer: Transfer) {
    if transfer.isAdded { chttp_client_remove(client, transfer.handle) }
    transfer.isAdded = false
  }

  /// Ends the calls whose time is over.
  ///
  /// - Returns: Milliseconds until the next one's is.
  private func endDue() -> Int32 {
    let now = SuspendingClock.now
    var next: SuspendingClock.Instant?
    for call in calls.values {
      guard let due = call.due else { continue }
      if due.at <= now {
        end(call, due.result)
      } else {
        next = min(next ?? due.at, due.at)
      }
    }
    if !waiting.isEmpty, calls.count < Limits.httpRequestsMax { return 0 }
    guard let next else { return Self.longWait }
    let (seconds, attoseconds) = now.duration(to: next).components
    return Int32(min(seconds * 1000 + attoseconds / 1_000_000_000_000_000 + 1, Int64(Self.longWait)))
  }

  private func shutDown() {
    mailbox.close()
    for call in calls.values {
      if let transfer = call.transfer { remove(transfer) }
    }
    calls = [:]
    waiting = []
    shares = [:]
    chttp_client_destroy(client)
  }

  private static let longWait: Int32 = 600_000
}
