internal import FlowdEngine
internal import FlowdModel
internal import FlowdStore
internal import FlowdWire

/// Sessions leave: those that nobody touched are archived, those that were closed or archived long ago are deleted.
///
/// What is to go is found on the history's thread, archived through its lane like any other change, and deleted by the
/// writer's thread in small pieces between commits. A session with a run that has not ended, or with a watcher, stays.
struct Sweep {
  /// One is under way; the next waits for it.
  var isRunning = false
  /// Keys of sessions to delete.
  var doomed: [(key: Int64, id: SessionID?)] = []
  var nextCall: UInt32 = 0
  /// Rows were deleted since the disk was found full, so that the database has room in itself.
  var hasFreedRows = false
}

extension Daemon {
  /// How often sessions are looked at: an hour, or more often when they live for less.
  private var sweepInterval: Duration {
    let lifecycle = engine.transaction.config.lifecycle
    return max(Limits.sweepIntervalMin, min(Limits.sweepInterval, min(lifecycle.expiry, lifecycle.retention) / 2))
  }

  func scheduleSweep() { addTimer(after: sweepInterval, .sweep) }

  func startSweep() {
    guard !isDraining else { return }
    scheduleSweep()
    sweepNow()
  }

  func sweepNow() {
    guard !sweep.isRunning else { return }
    sweep.isRunning = true
    history.submit { [mailbox] reader in
      let doomed = (try? reader.doomedSessions()) ?? []
      mailbox.post { daemon in
        daemon.sweep.doomed = doomed.map { ($0, nil) }
        daemon.sweep(after: 0)
      }
    }
  }

  private func sweep(after key: Int64) {
    let lifecycle = engine.transaction.config.lifecycle
    let now = Clock.now
    let untouched = now - lifecycle.expiry
    let ended = now - lifecycle.retention
    history.submit { [mailbox, log] reader in
      let found = Result { () throws(StoreError) in
        try reader.expiredSessions(untouched: untouched, ended: ended, after: key, limit: Limits.sweepSessionsMax)
      }
      mailbox.post { daemon in
        switch found {
        case .success(let found): daemon.take(found, untouched: untouched)
        case .failure(let error):
          log.error("expired sessions could not be looked for", ["error": error.description])
          daemon.sweep.isRunning = false
        }
      }
    }
  }

  private func take(_ found: ExpiredSessions, untouched: Timestamp) {
    for session in found.toArchive where !hub.isWatched(session) {
      sweep.nextCall &+= 1
      // Nobody waits for the answer.
      let call = CallToken(connection: .max, stream: sweep.nextCall)
      engine.submit(.archive(untouchedSince: untouched), call, to: .session(session.meta.sessionID), now: turnTime)
    }
    for session in found.toDelete where !hub.isWatched(session) {
      sweep.doomed.append((session.key, session.meta.sessionID))
    }
    if let next = found.next { sweep(after: next) } else { deleteNext() }
  }

  /// Deletes a piece of the next session that nobody uses; what is used is looked at again by the next sweep.
  private func deleteNext() {
    let unused = isDraining ? nil : sweep.doomed.firstIndex { next in next.id.map(engine.release) ?? true }
    guard let unused else {
      sweep.doomed = []
      sweep.isRunning = false
      return
    }
    // Those before it are in use.
    sweep.doomed.removeFirst(unused)
    deletePiece(of: sweep.doomed[0])
  }

  private func deletePiece(of next: (key: Int64, id: SessionID?)) {
    writerJobs += 1
    writer.submit { [mailbox, log] store in
      let result = Result { () throws(StoreError) in
        try store.deleteSession(next.key, limit: Limits.sweepRowsMax, patience: Limits.foreignLockPatience)
      }
      mailbox.post { daemon in
        daemon.writerJobs -= 1
        switch result {
        case .success(let isFinished):
          daemon.sweep.hasFreedRows = true
          if isFinished {
            log.info("deleted an expired session", ["key": String(next.key)])
            daemon.sweep.doomed.removeFirst()
            daemon.admitAgain(next.id)
          }
        case .failure(let error):
          log.error("an expired session could not be deleted", ["error": error.description])
          daemon.sweep.doomed.removeFirst()
          daemon.admitAgain(next.id)
        }
        daemon.deleteNext()
      }
    }
  }

  /// What was being read of a session when it was deleted has arrived once the reader has done what it has to do now.
  private func admitAgain(_ session: SessionID?) {
    guard let session else { return }
    reader.submit { [mailbox] _ in
      mailbox.post { daemon in daemon.engine.admitAgain(session) }
    }
  }

  // MARK: a full disk

  /// Deleting needs room too: it is given back, and what has expired goes at once.
  func makeRoom() {
    sweep.hasFreedRows = false
    writer.submit { store in store.releaseBallast() }
    sweepNow()
  }
}
