internal import FlowdEngine
internal import FlowdModel
internal import FlowdWire

extension Daemon {
  /// Sends a request to the code of its method; one file per method.
  func perform(_ method: API.Method, _ payload: UnsafeRawBufferPointer, _ call: Call) throws(Refusal) {
    switch method {
    case .sessionNew: try newSession(decode(payload), call)
    case .sessionSelect: try selectSession(decode(payload), call)
    case .sessionList: try listSessions(decode(payload), call)
    case .sessionClose: try closeSession(decode(payload), call)
    case .sessionGetCurrentMeta: try getCurrentMeta(decode(payload), call)
    case .sessionSetExecutedFlow: try setExecutedFlow(decode(payload), call)
    case .sessionSetProviderModel: try setProviderModel(decode(payload), call)
    case .sessionSetMode: try setMode(decode(payload), call)
    case .flowStart: try startFlow(decode(payload), call)
    case .flowCancel: try cancelRun(decode(payload), call)
    case .flowGetRun: try getRun(decode(payload), call)
    case .flowListRuns: try listRuns(decode(payload), call)
    case .flowList: try listFlows(decode(payload), call)
    case .flowGet: try getFlow(decode(payload), call)
    case .flowValidate: try validateFlow(decode(payload), call)
    case .flowAnswer: try answerInput(decode(payload), call)
    case .flowPause: try pauseRun(decode(payload), call)
    case .flowResume: try resumeRun(decode(payload), call)
    case .flowRerun: try rerunRun(decode(payload), call)
    case .flowExportRun: try exportRun(decode(payload), call)
    case .providerList: try listProviders(decode(payload), call)
    case .eventWatch: try watch(decode(payload), call)
    case .daemonHello: try hello(decode(payload), call)
    case .daemonStatus: try status(decode(payload), call)
    }
  }

  private func decode<M: Message>(_ payload: UnsafeRawBufferPointer) throws(Refusal) -> M {
    do throws(WireError) {
      return try M(decoding: payload)
    } catch {
      throw Refusal(error)
    }
  }

  /// Puts a call into its lane; its answer comes when what it reflects is durable.
  func submit(_ command: Command, _ call: Call, to key: SessionLane.Key) {
    let token = markPending(call)
    engine.submit(command, token, to: key, now: turnTime)
  }

  /// Encodes what the engine answered. A run that is too long for an answer comes without its steps: what was asked for
  /// was done, and an error would say that it was not.
  func encode(_ reply: Reply) -> [UInt8] {
    let whole = encode(reply) { API.Run($0) }
    return whole.count <= Limits.answerBytesMax ? whole : encode(reply) { API.Run($0.record) }
  }

  private func encode(_ reply: Reply, run makeRun: (RunView) -> API.Run) -> [UInt8] {
    switch reply {
    case .meta(let meta):
      // Every call that answers with metadata has it as field 1 of its response, and nothing else.
      API.SessionServiceSetProviderModelResponse(meta: API.SessionMeta(meta)).encoded
    case .currentMeta(let meta, let activeRun, let sequence):
      API.SessionServiceGetCurrentMetaResponse(
        meta: API.SessionMeta(meta), activeRun: activeRun.map(makeRun), eventSeq: sequence
      ).encoded
    case .started(let run, let existing):
      API.FlowServiceStartResponse(
        runID: run.id.description, snapshot: API.RunSnapshot(run.snapshot), existing: existing,
        eventSeq: run.firstSequence - 1, status: API.RunStatus(run.status)
      ).encoded
    case .cancelled(let run, let outcome):
      API.FlowServiceCancelResponse(
        run: makeRun(run), outcome: outcome == .requested ? .requested : .alreadyEnded
      ).encoded
    case .answered(let run, let outcome):
      API.FlowServiceAnswerResponse(
        run: makeRun(run), outcome: outcome == .accepted ? .accepted : .repeated
      ).encoded
    case .rerun(let run, let existing):
      API.FlowServiceRerunResponse(run: makeRun(run), existing: existing, eventSeq: run.record.firstSequence - 1)
        .encoded
    case .rerunEnded(let run):
      API.FlowServiceRerunResponse(run: API.Run(run), existing: true, eventSeq: run.firstSequence - 1).encoded
    // A pause and a resumption answer with the run as field 1, and nothing else.
    case .run(let run): API.FlowServicePauseResponse(run: makeRun(run)).encoded
    case .settled: []
    }
  }
}
