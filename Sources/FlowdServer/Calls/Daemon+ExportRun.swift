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
      var left = Limits.answerBytesMax - Limits.answerFieldsBytesMax
      var room = Limits.answerOutputBytesMax
      // The run itself, or, right before its first event, the definition for which that had no room.
      if sequence < record.firstSequence {
        let view = try reader.view(of: record)
        let definition = view.definition.canonicalJSON
        let isDefinitionLate = API.Run(record, withReport: true).encoded.count + definition.count > left
        if sequence == 0 {
          let page = RunPage(view, from: nil, room: isDefinitionLate ? left : left - definition.count)
          response.run = page.run
          response.nextStepPageToken = page.nextToken
          room = Limits.watchPieceBytes
        }
        if isDefinitionLate != (sequence == 0) { response.definition = definition }
        if isDefinitionLate, sequence == 0, record.firstSequence > 1 {
          // Right before the first event, where the definition is.
          response.nextAfterSeq = record.firstSequence - 1
          return response.encoded
        }
        left -= response.encoded.count
      }
      let range = EventRange.run(session: record.sessionKey, run: record.key, after: sequence)
      for row in try reader.events(range, limit: Limits.exportPieceEvents, bytes: room) {
        left -= row.body.count + Limits.answerFieldsBytesMax
        guard left >= 0 || response.run == nil && response.events.isEmpty else {
          // Without an event the next piece begins where this one would have.
          if response.events.isEmpty { response.nextAfterSeq = row.sequence - 1 }
          break
        }
        guard let event = try? row.body.withUnsafeBytes({ bytes in try API.Event(decoding: bytes) }) else {
          throw StoreError(kind: .corrupt, message: "event \(row.position) cannot be read")
        }
        response.events.append(event)
        response.nextAfterSeq = row.sequence
      }
      return response.encoded
    }
  }
}
