internal import FlowdEngine
internal import FlowdModel
internal import FlowdStore
internal import FlowdWire

/// Sends events to watchers: each gets every event after its cursor exactly once and in order.
///
/// A watcher that has everything is sent new events as they are published, from memory. One that has not, because it
/// just came or its client is slow, reads from the store in bounded pieces. It never delays the engine or another one.
final class EventHub {
  private var bySession: [Int64: [Watcher]] = [:]
  private var byWorkspace: [ExactName: [Watcher]] = [:]
  private var ofAll: [Watcher] = []
  /// Called when a watcher came or went.
  var watchersChanged: () -> Void = {}

  var watcherCount: Int {
    bySession.values.reduce(0) { $0 + $1.count } + byWorkspace.values.reduce(0) { $0 + $1.count } + ofAll.count
  }

  /// Whether somebody watches a session, its workspace, or all.
  func isWatched(_ session: SessionRecord) -> Bool {
    !ofAll.isEmpty || bySession[session.key] != nil || byWorkspace[ExactName(session.meta.workspace)] != nil
  }

  func add(_ watcher: Watcher, _ daemon: Daemon) {
    switch watcher.target {
    case .session(let key), .run(let key, _): bySession[key, default: []].append(watcher)
    case .workspace(let path): byWorkspace[ExactName(path), default: []].append(watcher)
    case .all: ofAll.append(watcher)
    }
    watcher.connection.watches[watcher.stream] = watcher
    if !watcher.untilNow { watchersChanged() }
    read(watcher, daemon)
  }

  func remove(_ watcher: Watcher) {
    watcher.isRemoved = true
    switch watcher.target {
    case .session(let key), .run(let key, _):
      bySession[key]?.removeAll { $0 === watcher }
      if bySession[key]?.isEmpty == true { bySession[key] = nil }
    case .workspace(let path):
      byWorkspace[ExactName(path)]?.removeAll { $0 === watcher }
      if byWorkspace[ExactName(path)]?.isEmpty == true { byWorkspace[ExactName(path)] = nil }
    case .all: ofAll.removeAll { $0 === watcher }
    }
    watchersChanged()
  }

  /// Sends the events of a batch that became durable.
  func publish(_ sealed: SealedBatch, _ daemon: Daemon) {
    guard !bySession.isEmpty || !byWorkspace.isEmpty || !ofAll.isEmpty else { return }
    for (event, body) in zip(sealed.batch.events, sealed.eventBodies) {
      for watcher in bySession[event.sessionKey] ?? [] { offer(event, body, to: watcher, daemon) }
      for watcher in ofAll { offer(event, body, to: watcher, daemon) }
      if !byWorkspace.isEmpty, let workspace = daemon.engine.workspace(of: event.sessionID) {
        for watcher in byWorkspace[ExactName(workspace)] ?? [] { offer(event, body, to: watcher, daemon) }
      }
    }
  }

  private func offer(_ event: Event, _ body: [UInt8], to watcher: Watcher, _ daemon: Daemon) {
    if watcher.tree?.includes(event) == false { return }
    guard watcher.pace == .live else {
      watcher.missed = true
      return
    }
    let place = watcher.place(sequence: event.sequence, position: event.position)
    guard place > watcher.cursor else { return }
    guard watcher.connection.unsentByteCount < Limits.watchBufferBytesMax else {
      watcher.pace = .stalled
      return
    }
    send(body, to: watcher, daemon)
    watcher.cursor = place
    if let tree = watcher.tree, event.runKey == tree.root, event.kind.endsRun { end(watcher, daemon) }
  }

  private func send(_ body: [UInt8], to watcher: Watcher, _ daemon: Daemon) {
    // The response message is one field around the stored event.
    var message: [UInt8] = []
    message.reserveCapacity(body.count + 6)
    ProtobufWriter.append(field: 1, bytes: body, to: &message)
    ResponseFrame.append(message: message, stream: watcher.stream, to: &watcher.connection.output)
    daemon.scheduleFlush(watcher.connection)
  }

  private func end(_ watcher: Watcher, _ daemon: Daemon) {
    ResponseFrame.appendEnd(stream: watcher.stream, to: &watcher.connection.output)
    daemon.scheduleFlush(watcher.connection)
    watcher.connection.watches[watcher.stream] = nil
    remove(watcher)
  }

  // MARK: catching up

  /// A client has taken what it was sent: its watchers that waited for that read on.
  func resume(_ connection: Connection, _ daemon: Daemon) {
    for watcher in connection.watches.values where watcher.pace == .stalled { read(watcher, daemon) }
  }

  private struct Piece: Sendable {
    var rows: [StoreBatch.EventRow]
    /// The run has ended, as of the same snapshot.
    var isRunOver: Bool
    /// Those below the run that have not, once it is up to date.
    var unfinished: [Int64]
  }

  private func read(_ watcher: Watcher, _ daemon: Daemon) {
    watcher.pace = .reading
    watcher.missed = false
    let range = watcher.range
    let id = (watcher.connection.id, watcher.stream)
    daemon.history.submit { [mailbox = daemon.mailbox] reader in
      let result = Result { () throws(StoreError) in
        try reader.snapshot { reader throws(StoreError) in
          var piece = Piece(
            rows: try reader.events(range, limit: Limits.watchPieceEvents, bytes: Limits.watchPieceBytes),
            isRunOver: false, unfinished: [])
          if piece.rows.isEmpty, case .runTree(_, let root, _) = range {
            piece.isRunOver = try reader.isFinished(root)
            piece.unfinished = try reader.unfinishedRuns(below: root)
          }
          return piece
        }
      }
      mailbox.post { daemon in
        guard let watcher = daemon.connections[id.0]?.watches[id.1] else { return }
        daemon.hub.take(result, watcher, daemon)
      }
    }
  }

  private func take(_ result: Result<Piece, StoreError>, _ watcher: Watcher, _ daemon: Daemon) {
    guard case .success(let piece) = result else {
      watcher.connection.watches[watcher.stream] = nil
      remove(watcher)
      daemon.refuse(
        watcher.connection, watcher.stream,
        Refusal(.unavailable, "STORE_UNREADABLE", "the events could not be read; watch again from where you are"))
      return
    }
    for row in piece.rows {
      send(row.body, to: watcher, daemon)
      watcher.cursor = watcher.place(sequence: row.sequence, position: row.position)
    }
    if piece.rows.isEmpty {
      watcher.tree?.add(piece.unfinished)
      if watcher.untilNow || piece.isRunOver {
        end(watcher, daemon)
      } else if watcher.missed {
        read(watcher, daemon)
      } else {
        watcher.pace = .live
      }
    } else if watcher.connection.unsentByteCount < Limits.watchBufferBytesMax {
      read(watcher, daemon)
    } else {
      watcher.pace = .stalled
    }
  }
}
