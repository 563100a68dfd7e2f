internal import FlowdModel
internal import FlowdStore
internal import FlowdWire

extension Daemon {
  /// `flow.exportRun`: a run, its definition and its events in pieces, from the store.
  func exportRun(_ request: API.FlowServiceExportRunRequest, _ call: Call) throws(Refusal) {
    let id = try Fields.run(request.runID)
    let token = markPending(call)
    readJob(token) { reader throws(StoreError) in
      try reader.export(id, after: request.afterSeq)
    } then: { daemon, piece in
      guard let piece else {
        daemon.answer(token, .failure(.runNotFound(id.description)))
        return
      }
      daemon.answer(token, .success(piece))
    }
  }
}

extension StoreReader {
  /// One piece, encoded; `nil`: there is no such run.
  fileprivate func export(_ id: RunID, after sequence: EventSequence) throws(StoreError) -> [UInt8]? {
    try snapshot { reader throws(StoreError) in
      guard let record = try reader.run(id) else { return nil }
      var response = API.FlowServiceExportRunResponse()
      var room = Limits.answerOutputBytesMax
      if sequence == 0 {
        let view = try reader.view(of: record)
        response.run = API.Run(view)
        response.definition = view.definition.canonicalJSON
        room = Limits.watchPieceBytes
      }
      let range = EventRange.run(session: record.sessionKey, run: record.key, after: sequence)
      let rows = try reader.events(range, limit: Limits.exportPieceEvents, bytes: room)
      for row in rows {
        guard let event = try? row.body.withUnsafeBytes({ bytes in try API.Event(decoding: bytes) }) else {
          throw StoreError(kind: .corrupt, message: "event \(row.position) cannot be read")
        }
        response.events.append(event)
      }
      if let last = rows.last { response.nextAfterSeq = last.sequence }
      return response.encoded
    }
  }
}
