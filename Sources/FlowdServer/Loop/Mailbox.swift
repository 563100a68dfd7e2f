internal import CLinux
internal import FlowdModel
internal import Glibc

/// Work that other threads hand to the loop; it runs there in the order in which it came.
final class Mailbox: Sendable {
  typealias Work = @Sendable (Daemon) -> Void

  /// Readable when there is work.
  let wakeFD: Int32
  private let waiting = Locked<[Work]>([])

  init() {
    wakeFD = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    precondition(wakeFD >= 0, "an eventfd can be made at start")
  }

  /// Called on any thread.
  func post(_ work: @escaping Work) {
    let isFirst = waiting.withLock { queue in
      queue.append(work)
      return queue.count == 1
    }
    guard isFirst else { return }
    var one: UInt64 = 1
    _ = write(wakeFD, &one, 8)
  }

  /// Called on the loop.
  func takeAll() -> [Work] {
    var count: UInt64 = 0
    _ = read(wakeFD, &count, 8)
    return waiting.withLock { queue in
      let work = queue
      queue = []
      return work
    }
  }
}
