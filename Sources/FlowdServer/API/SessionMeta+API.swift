internal import FlowdModel
internal import FlowdWire

extension API.Timestamp {
  init(_ time: Timestamp) {
    let microseconds = time.microsecondsSince1970
    let seconds = microseconds.quotientFlooring(1_000_000)
    self.init(seconds: seconds, nanos: Int32((microseconds - seconds * 1_000_000) * 1000))
  }
}

extension Int64 {
  fileprivate func quotientFlooring(_ divisor: Int64) -> Int64 {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
  }
}

extension API.RunMode {
  init(_ mode: RunMode) {
    switch mode {
    case .batch: self = .batch
    case .interactive: self = .interactive
    case .hybrid: self = .hybrid
    }
  }
}

extension API.SessionMeta {
  init(_ meta: SessionMeta) {
    self.init(
      sessionID: meta.sessionID.description, workspace: meta.workspace, title: meta.title,
      executedFlowID: meta.executedFlowID, lastUsedFlowID: meta.lastUsedFlowID, providerID: meta.providerID,
      modelID: meta.modelID, mode: API.RunMode(meta.mode), revision: meta.revision,
      createdAt: API.Timestamp(meta.createdAt), updatedAt: API.Timestamp(meta.updatedAt))
  }
}
