internal import FlowdModel

/// Hands what a watch's thread reads to a task, some updates ahead and no more.
final class EventPump: Sendable {
  private typealias Item = Result<WatchUpdate?, ClientError>

  private struct State: Sendable {
    var ready: [Item] = []
    var waiter: CheckedContinuation<Item, Never>?
    var isStarted = false
    var isFinished = false
  }

  private let watch: Watch
  private let state = Locked(State())
  private let room = Semaphore(UInt32(Limits.clientEventsMax))

  init(_ watch: Watch) { self.watch = watch }

  deinit {
    watch.close()
    // The thread may wait for room that nobody makes any more.
    room.signal()
  }

  /// The next update; `nil` at the end and after the task was cancelled. One task at a time.
  func next() async throws(ClientError) -> WatchUpdate? {
    startOnce()
    let item = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let known = state.withLock { state -> Item? in
          if !state.ready.isEmpty { return state.ready.removeFirst() }
          if state.isFinished { return .success(nil) }
          state.waiter = continuation
          return nil
        }
        if let known {
          room.signal()
          continuation.resume(returning: known)
        }
      }
    } onCancel: {
      watch.close()
    }
    return try item.get()
  }

  private func startOnce() {
    let isFirst = state.withLock { state in
      defer { state.isStarted = true }
      return !state.isStarted
    }
    guard isFirst else { return }
    let (watch, room) = (watch, room)
    ClientThread.start { [weak self] in
      while true {
        room.wait()
        let item: Item
        do throws(ClientError) {
          item = .success(try watch.nextUpdate())
        } catch {
          item = .failure(error)
        }
        guard let self, self.deliver(item) else { return }
      }
    }
  }

  /// - Returns: Whether more can follow.
  private func deliver(_ item: Item) -> Bool {
    let isLast =
      switch item {
      case .success(.some): false
      case .success(.none), .failure: true
      }
    let waiter = state.withLock { state -> CheckedContinuation<Item, Never>? in
      state.isFinished = isLast
      guard let waiter = state.waiter else {
        state.ready.append(item)
        return nil
      }
      state.waiter = nil
      return waiter
    }
    if let waiter {
      room.signal()
      waiter.resume(returning: item)
    }
    return !isLast
  }
}
