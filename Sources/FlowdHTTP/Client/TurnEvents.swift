/// What happened to calls in one turn of the client's thread.
///
/// It is told at the turn's end and not at once, so that the threads that listen wake up once for all of it. The calls'
/// bounds on what is not acknowledged bound it.
final class TurnEvents {
  typealias Listener = @Sendable (HTTPCallEvent) -> Void

  private var events: [(event: HTTPCallEvent, listener: Listener)] = []

  func append(_ event: HTTPCallEvent, for listener: @escaping Listener) { events.append((event, listener)) }

  /// Tells all of it, in order.
  func tell() {
    for (event, listener) in events { listener(event) }
    events.removeAll(keepingCapacity: true)
  }
}
