internal import FlowdEngine
internal import FlowdModel
internal import FlowdStore
internal import FlowdWire

extension Daemon {
  /// `event.watch`.
  func watch(_ request: API.EventServiceWatchRequest, _ call: Call) throws(Refusal) {
    guard call.connection.watches.count < Limits.watchesPerConnectionMax else {
      throw Daemon.tooManyWatches
    }
    guard let target = request.target else {
      throw .invalid(field: "session_id", "is empty; name a session, a workspace, a run, or all")
    }
    let token = markPending(call)
    let find: @Sendable (SQLiteReader) throws(StoreError) -> WatchStart
    switch target {
    case .sessionID(let text):
      let id = try Fields.session(text)
      find = { reader throws(StoreError) in try reader.watchStart(session: id, request) }
    case .runID(let text):
      let id = try Fields.run(text)
      find = { reader throws(StoreError) in try reader.watchStart(run: id, request) }
    case .workspace(let text):
      let path = try Fields.absolutePath(text, "workspace")
      find = { reader throws(StoreError) in try reader.watchStart(workspace: path, request) }
    case .all(let all):
      guard all else { throw .invalid(field: "all", "must be true") }
      find = { reader throws(StoreError) in try reader.watchStart(workspace: nil, request) }
    }
    let due = call.due
    readJob(token, find) { daemon, start in daemon.begin(start, token, untilNow: request.untilNow, due: due) }
  }

  private static let tooManyWatches = Refusal(
    .resourceExhausted, "TOO_MANY_CALLS", "the connection has \(Limits.watchesPerConnectionMax) watches already")

  private func begin(_ start: WatchStart, _ token: CallToken, untilNow: Bool, due: UInt64) {
    guard let connection = connections[token.connection], connection.pending.removeValue(forKey: token.stream) != nil
    else { return }
    guard connection.watches.count < Limits.watchesPerConnectionMax else {
      refuse(connection, token.stream, Daemon.tooManyWatches)
      return
    }
    switch start {
    case .refused(let refusal): refuse(connection, token.stream, refusal)
    case .from(let place, let cursor, let snapshots):
      for snapshot in snapshots {
        ResponseFrame.append(
          message: API.EventServiceWatchResponse(event: snapshot).encoded, stream: token.stream, to: &connection.output)
      }
      scheduleFlush(connection)
      let target: Watcher.Target =
        switch place {
        case .session(let key): .session(key)
        case .run(let session, let run): .run(session: session, run: run)
        case .workspace(let path): .workspace(path)
        case .all: .all
        }
      hub.add(
        Watcher(
          call: Call(connection: connection, stream: token.stream, due: due), target: target, cursor: cursor,
          untilNow: untilNow), self)
    }
  }
}

/// Where a watch begins, as found in the store.
enum WatchStart: Sendable {
  enum Place: Sendable {
    case session(Int64)
    case run(session: Int64, run: Int64)
    case workspace(String)
    case all
  }

  case refused(Refusal)
  case from(Place, cursor: UInt64, snapshots: [API.Event])
}

extension StoreReader {
  func isFinished(_ run: Int64) throws(StoreError) -> Bool { try finishedAt(of: run) != nil }

  func watchStart(session id: SessionID, _ request: API.EventServiceWatchRequest) throws(StoreError) -> WatchStart {
    try snapshot { reader throws(StoreError) in
      guard let (record, last) = try reader.session(id) else { return .refused(.sessionNotFound(id.description)) }
      if request.snapshot {
        var room = Limits.snapshotBytesMax
        let event = try reader.snapshotEvent(record, last, &room)
        return .from(.session(record.key), cursor: last, snapshots: [event])
      }
      guard request.afterSeq <= last else { return .refused(.beyondEnd("after_seq", request.afterSeq, last: last)) }
      return .from(.session(record.key), cursor: request.afterSeq, snapshots: [])
    }
  }

  func watchStart(run id: RunID, _ request: API.EventServiceWatchRequest) throws(StoreError) -> WatchStart {
    try snapshot { reader throws(StoreError) in
      guard let run = try reader.run(id), let (record, last) = try reader.session(run.sessionID) else {
        return .refused(.runNotFound(id.description))
      }
      let place = WatchStart.Place.run(session: record.key, run: run.key)
      if request.snapshot {
        var room = Limits.snapshotBytesMax
        let event = try reader.snapshotEvent(record, last, &room)
        return .from(place, cursor: last, snapshots: [event])
      }
      guard request.afterSeq <= last else { return .refused(.beyondEnd("after_seq", request.afterSeq, last: last)) }
      return .from(place, cursor: max(request.afterSeq, run.firstSequence - 1), snapshots: [])
    }
  }

  /// - Parameter workspace: `nil`: all.
  func watchStart(workspace: String?, _ request: API.EventServiceWatchRequest) throws(StoreError) -> WatchStart {
    try snapshot { reader throws(StoreError) in
      let place = workspace.map(WatchStart.Place.workspace) ?? .all
      let last = try reader.counters().lastPosition
      guard request.snapshot else {
        guard request.afterPosition <= last else {
          return .refused(.beyondEnd("after_position", request.afterPosition, last: last))
        }
        return .from(place, cursor: request.afterPosition, snapshots: [])
      }
      var events: [API.Event] = []
      var room = Limits.snapshotBytesMax
      let rows = try reader.sessions(
        SessionFilter(workspace: workspace), before: nil, limit: Limits.snapshotSessionsMax)
      for row in rows.reversed() {
        guard let (record, sequence) = try reader.session(row.record.meta.sessionID) else { continue }
        events.append(try reader.snapshotEvent(record, sequence, &room))
      }
      return .from(place, cursor: last, snapshots: events)
    }
  }

  private func snapshotEvent(
    _ record: SessionRecord, _ last: EventSequence, _ room: inout Int
  ) throws(StoreError) -> API.Event {
    var runs: [API.Run] = []
    // One event has to hold them all: of the later ones it tells less.
    var bytesLeft = min(room, Limits.answerOutputBytesMax)
    for run in try unfinishedRuns(of: record.key) {
      if bytesLeft > 0 {
        let whole = API.Run(try view(of: run))
        let size = whole.encoded.count
        bytesLeft -= size
        room -= size
        if bytesLeft >= 0 {
          runs.append(whole)
          continue
        }
      }
      var brief = API.Run(run)
      brief.inputs = []
      runs.append(brief)
    }
    let selected = try selection(of: record.meta.workspace) == record.meta.sessionID
    return API.Event(
      sessionID: record.meta.sessionID.description, seq: last, at: API.Timestamp(Clock.now),
      position: try counters().lastPosition,
      kind: .snapshot(API.Snapshot(meta: API.SessionMeta(record.meta), activeRuns: runs, selected: selected)))
  }
}

extension Refusal {
  fileprivate static func beyondEnd(_ field: String, _ given: UInt64, last: UInt64) -> Refusal {
    Refusal(
      .outOfRange, "SEQUENCE_BEYOND_END",
      "\(field) is \(given), but the last event is \(last); is it from another database? Watch with snapshot = true",
      metadata: ["field": field, "last": String(last)])
  }
}
