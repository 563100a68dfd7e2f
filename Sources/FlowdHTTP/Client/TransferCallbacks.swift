internal import CHTTP
internal import Glibc

/// The functions that libcurl calls; they find their call by the context.
enum TransferCallbacks {
  // Written once, before it is read; never freed.
  nonisolated(unsafe) static let table: UnsafePointer<chttp_callbacks> = {
    let table = UnsafeMutablePointer<chttp_callbacks>.allocate(capacity: 1)
    table.initialize(
      to: chttp_callbacks(
        header: { context, bytes, count in call(context).headerArrived(UnsafeBufferPointer(start: bytes, count: count))
        },
        body: { context, bytes, count in call(context).bodyArrived(UnsafeBufferPointer(start: bytes, count: count)) },
        address: { context, address in call(context).mayConnect(to: address) },
        request: { context, ip in call(context).maySend(on: String(cString: ip)) },
        sent: { context, bytes, count in call(context).headWasSent(UnsafeBufferPointer(start: bytes, count: count)) }))
    return UnsafePointer(table)
  }()

  private static func call(_ context: UnsafeMutableRawPointer) -> ActiveCall {
    Unmanaged<ActiveCall>.fromOpaque(context).takeUnretainedValue()
  }
}
