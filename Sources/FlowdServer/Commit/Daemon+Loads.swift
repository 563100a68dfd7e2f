internal import FlowdEngine
internal import FlowdFiles
internal import FlowdModel
internal import FlowdStore

extension Daemon {
  /// Starts what lanes wait for: records from the store, flows from files.
  func startLoads() {
    for (key, load) in engine.takeLoads() {
      switch load {
      case .flow(let workspace, let id):
        fileJob { catalog in
          let lookup = FlowLookup.find(id, workspace, catalog)
          return { $0.deliver(.flow(lookup), for: load, to: key) }
        }
      case .session(let id):
        let secrets = secrets
        loadJob(load, key) { reader throws(StoreError) in
          var definitions = StoredDefinitions()
          return .session(try reader.loadedSession(id, &definitions, secrets))
        }
      case .workspace(let path):
        loadJob(load, key) { reader throws(StoreError) in .workspace(try reader.selection(of: path.text)) }
      case .request(_, let session, let id):
        loadJob(load, key) { reader throws(StoreError) in .request(try reader.run(session: session, requestID: id)) }
      case .run(let id):
        loadJob(load, key) { reader throws(StoreError) in .run(try reader.view(of: id, includeOutput: false)) }
      case .outputs(_, let keys):
        loadJob(load, key) { reader throws(StoreError) in .outputs(try StoredOutputs.read(keys, reader)) }
      }
    }
  }

  private func deliver(_ loaded: Loaded, for load: Load, to key: SessionLane.Key) {
    engine.deliver(loaded, for: load, to: key, now: turnTime)
    // Reports and resumptions have no caller who would ask again.
    if case .failed(let reason) = loaded {
      log.error("could not load what a call or a run needs", ["reason": reason])
      addTimer(after: Limits.diskProbeInterval, .retryLoads)
    }
  }

  private func loadJob(
    _ load: Load, _ key: SessionLane.Key, _ read: @escaping @Sendable (SQLiteReader) throws(StoreError) -> Loaded
  ) {
    reader.submit { [mailbox] reader in
      let loaded: Loaded
      do throws(StoreError) {
        loaded = try read(reader)
      } catch {
        loaded = .failed("the database could not be read: \(error)")
      }
      mailbox.post { $0.deliver(loaded, for: load, to: key) }
    }
  }

  /// Reads from the store on the history's thread, so that no lane waits for a long list, and goes on with the result on the
  /// loop.
  func readJob<Value: Sendable>(
    _ token: CallToken, _ read: @escaping @Sendable (SQLiteReader) throws(StoreError) -> Value,
    then finish: @escaping @Sendable (Daemon, Value) -> Void
  ) {
    history.submit { [mailbox] reader in
      let result = Result { () throws(StoreError) in try read(reader) }
      mailbox.post { daemon in
        switch result {
        case .success(let value): finish(daemon, value)
        case .failure(let error):
          daemon.log.error("the database could not be read", ["error": error.description])
          daemon.answer(
            token, .failure(Refusal(.unavailable, "STORE_UNREADABLE", "the database could not be read: \(error)")))
        }
      }
    }
  }

  /// Reads files on a thread of their own: a slow file system delays nobody else.
  func fileJob(_ job: @escaping @Sendable (FlowCatalog) -> Mailbox.Work) {
    files.submit { [mailbox] catalog in mailbox.post(job(catalog)) }
  }
}

extension FlowLookup {
  /// Looks a flow up; the work of the file thread.
  static func find(_ id: String, _ workspace: String, _ catalog: FlowCatalog) -> FlowLookup {
    do throws(FlowCatalogError) {
      let found = try catalog.find(id: id, workspace: workspace)
      guard let definition = found.pinned else {
        return .invalid(found.result.diagnostics.filter { $0.severity == .error }.map(\.description))
      }
      return .found(definition)
    } catch {
      switch error {
      case .notFound(_, let suggestion): return .missing(suggestions: suggestion.map { [$0] } ?? [])
      case .invalidID: return .missing(suggestions: [])
      case .unreadable: return .unreadable(error.message)
      }
    }
  }
}

extension Refusal {
  init(_ error: FlowCatalogError, flow: String) {
    switch error {
    case .notFound: self.init(.notFound, "FLOW_NOT_FOUND", error.message, metadata: ["flow_id": flow])
    case .invalidID: self = .invalid(field: "flow_id", error.message)
    case .unreadable: self.init(.failedPrecondition, "FLOW_UNREADABLE", error.message, metadata: ["flow_id": flow])
    }
  }
}
