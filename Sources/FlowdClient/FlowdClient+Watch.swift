public import FlowdWire

extension FlowdClient {
  /// Events as they happen, for one thread that may block.
  ///
  /// - Throws: Nothing yet: the daemon is reached by the first `next`.
  public func openWatch(_ target: WatchTarget, _ options: WatchOptions = WatchOptions()) -> Watch {
    let (socket, spawn) = (socket, self.options.autoSpawn)
    return Watch(target, options) { () throws(ClientError) -> Int32 in
      try Connector.connect(to: socket, spawning: spawn)
    }
  }

  /// Events as they happen: each once and in order, across broken connections and restarts of the daemon.
  ///
  /// The stream fails with a `ClientError`. Leaving the loop or cancelling its task ends the watch.
  public func watch(
    _ target: WatchTarget, _ options: WatchOptions = WatchOptions()
  ) -> AsyncThrowingStream<API.Event, any Error> {
    let pump = EventPump(openWatch(target, options))
    return AsyncThrowingStream {
      while let update = try await pump.next() {
        if case .event(let event) = update { return event }
      }
      return nil
    }
  }

  /// The same with word of broken connections, for a user interface that shows them.
  public func watchUpdates(
    _ target: WatchTarget, _ options: WatchOptions = WatchOptions()
  ) -> AsyncThrowingStream<WatchUpdate, any Error> {
    let pump = EventPump(openWatch(target, options))
    return AsyncThrowingStream { try await pump.next() }
  }
}
