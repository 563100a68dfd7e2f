internal import FlowdModel
package import FlowdWire

/// Events as lines of text, for a file or another program to read.
///
/// Output comes a whole line at a time with its step before it; a line without an end waits for the next chunk.
package struct EventText {
  private struct Partial {
    var text = ""
    var filter = EscapeFilter(keeps: .carriageReturns)
  }

  private static let partialBytesMax = 65_536

  /// With the run's short id before each line, when several runs are told of.
  package var namesRuns: Bool
  private var partials: [String: Partial] = [:]
  private var runStarts: [String: API.Timestamp] = [:]

  package init(namesRuns: Bool) { self.namesRuns = namesRuns }

  package mutating func lines(_ event: API.Event) -> [String] {
    let prefix = namesRuns && !event.runID.isEmpty ? "[\(ShortID.of(event.runID))] " : ""
    return texts(event).map { prefix + $0 }
  }

  private mutating func texts(_ event: API.Event) -> [String] {
    switch event.kind {
    case .stepOutput(let output): return add(output, of: event.runID)
    case .stepFinished(let finished):
      guard let step = finished.step else { return [] }
      return flush(step.stepID, event.runID) + [Self.finished(step)]
    case .runStarted(let started):
      runStarts[event.runID] = event.at
      let count = started.roster.count
      let flow = TerminalText.sanitised(started.snapshot?.flowID ?? "")
      return ["run \(event.runID) started: \(flow), \(count) step\(count == 1 ? "" : "s")"]
    case .runFinished(let finished):
      let start = runStarts.removeValue(forKey: event.runID)
      let time = zip2(start, event.at).map { " after \(DurationText.short($1.model - $0.model))" } ?? ""
      let why = finished.error.isEmpty ? "" : ": " + TerminalText.sanitised(finished.error)
      return ["run \(event.runID) \(StatusText.name(finished.status))\(time)\(why)"]
    case .runQueued: return ["run \(event.runID) queued"]
    case .runPaused: return ["run \(event.runID) paused"]
    case .runResumed(let resumed):
      return ["run \(event.runID) resumed" + (resumed.afterRestart ? " after a restart of the daemon" : "")]
    case .runCancelRequested(let cancel):
      return ["run \(event.runID) \(cancel.mode == .force ? "is ended by force" : "finishes the steps in hand")"]
    case .stepStarted(let started):
      return ["\(name(started.stepID)): started" + (started.attempt > 1 ? ", attempt \(started.attempt)" : "")]
    case .stepRetrying(let retrying):
      let why = TerminalText.sanitised(retrying.error?.message ?? "failed")
      return ["\(name(retrying.stepID)): attempt \(retrying.attempt) failed, trying again: \(why)"]
    case .stepInputRequired(let required):
      return ["\(name(required.stepID)): waits for input: \(TerminalText.sanitised(required.prompt))"]
    case .stepInputAnswered(let answered): return ["\(name(answered.stepID)): input answered"]
    case .sessionMetaChanged(let changed): return Self.session(event, "changed", changed.meta)
    case .sessionSelected(let selected): return Self.session(event, "selected", selected.meta)
    case .sessionClosed(let closed): return Self.session(event, "closed", closed.meta)
    case .snapshot(let snapshot):
      return Self.session(event, "now", snapshot.meta) + snapshot.activeRuns.map(Self.active)
    case nil: return []
    }
  }

  private mutating func add(_ output: API.StepOutput, of run: String) -> [String] {
    let key = "\(run)/\(output.stepID)/\(output.stream.rawValue)"
    var partial = partials[key] ?? Partial()
    partial.text += partial.filter.filter(String(decoding: output.chunk, as: UTF8.self))
    var lines = partial.text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    partial.text = lines.removeLast()
    if partial.text.utf8.count > EventText.partialBytesMax {
      lines.append(partial.text)
      partial.text = ""
    }
    partials[key] = partial
    let label = name(output.stepID)
    var result = lines.map { "\(label) | \(Self.overwritten($0))" }
    if output.truncated { result.append("\(label) | [more output than is recorded]") }
    return result
  }

  /// What the step wrote last without a line's end.
  private mutating func flush(_ step: String, _ run: String) -> [String] {
    [API.OutputStream.stdout, .stderr].compactMap { stream in
      guard let rest = partials.removeValue(forKey: "\(run)/\(step)/\(stream.rawValue)")?.text, !rest.isEmpty else {
        return nil
      }
      return "\(name(step)) | \(Self.overwritten(rest))"
    }
  }

  /// What a line with carriage returns shows in the end: its last part.
  private static func overwritten(_ line: String) -> String {
    guard line.unicodeScalars.contains("\r") else { return line }
    return line.unicodeScalars.split(separator: "\r").last.map(String.init) ?? ""
  }

  private func name(_ step: String) -> String { TerminalText.sanitised(step) }

  private static func finished(_ step: API.Step) -> String {
    var text = "\(TerminalText.sanitised(step.stepID)): \(StatusText.name(step.status))"
    if let start = step.startedAt, let end = step.finishedAt {
      text += " after \(DurationText.short(end.model - start.model))"
    }
    if let message = step.error?.message, !message.isEmpty { text += ": \(TerminalText.sanitised(message))" }
    return text
  }

  private static func session(_ event: API.Event, _ what: String, _ meta: API.SessionMeta?) -> [String] {
    ["session \(event.sessionID) \(what): \(meta.map { MetaText.oneLine($0) } ?? "-")"]
  }

  private static func active(_ run: API.Run) -> String {
    "run \(run.runID) \(StatusText.name(run.status)): \(TerminalText.sanitised(run.snapshot?.flowID ?? ""))"
  }
}

private func zip2<First, Second>(_ first: First?, _ second: Second?) -> (First, Second)? {
  guard let first, let second else { return nil }
  return (first, second)
}
