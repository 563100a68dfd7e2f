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
  private var flows: [String: String] = [:]

  package init(namesRuns: Bool) { self.namesRuns = namesRuns }

  /// - Parameter path: The steps that lead to the event's run from the one that is looked at; they go before its steps' names.
  package mutating func lines(_ event: API.Event, path: String = "") -> [String] {
    let prefix = namesRuns && !event.runID.isEmpty ? "[\(ShortID.of(event.runID))] " : ""
    return texts(event, path.isEmpty ? "" : TerminalText.sanitised(path) + "/").map { prefix + $0 }
  }

  private mutating func texts(_ event: API.Event, _ path: String) -> [String] {
    switch event.kind {
    case .stepOutput(let output):
      return endThought(output.stepID, event.runID, path) + add(output, of: event.runID, path)
    case .stepActivity(let activity): return add(activity, of: event.runID, path)
    case .stepFinished(let finished):
      guard let step = finished.step else { return [] }
      return flush(step.stepID, event.runID, path) + self.finished(step, event.runID, path)
    case .stepStarted(let started): return [Self.started(started, path)]
    case .stepRetrying(let retrying):
      let why = TerminalText.sanitised(retrying.error?.message ?? "failed")
      let wait = zip2(event.at, retrying.nextAt).map { " in \(DurationText.short($1.model - $0.model))" } ?? ""
      // One that was not tried yet is held back: by an open circuit, or an exhausted quota.
      let number = AttemptText.of(retrying.attempt, max: retrying.attemptsMax)
      let what = retrying.attempt == 0 ? "waits, tried" : "\(number) failed, trying again"
      return ["\(name(retrying.stepID, path)): \(what)\(wait): \(why)"]
    case .stepInputRequired(let required):
      return endThought(required.stepID, event.runID, path) + Self.asked(event, required, path)
    case .stepInputAnswered(let answered):
      let value = answered.value.isEmpty ? "" : ": \(TerminalText.sanitised(AnswerValue.text(answered.value)))"
      return ["\(name(answered.stepID, path)): answered\(value)\(AnsweredText.suffix(answered.by))"]
    case .sessionMetaChanged(let changed): return Self.session(event, "changed", changed.meta)
    case .sessionSelected(let selected): return Self.session(event, "selected", selected.meta)
    case .sessionClosed(let closed): return Self.session(event, "closed", closed.meta)
    case .snapshot(let snapshot):
      return Self.session(event, "now", snapshot.meta) + snapshot.activeRuns.map(Self.active)
    case .circuitChanged(let changed): return changed.circuit.map { [CircuitText.line($0, at: event.at)] } ?? []
    case .runStarted, .runFinished, .runQueued, .runPauseRequested, .runPaused, .runResumed, .runModeChanged,
      .runCancelRequested:
      return (ofRun(event).map { ["run \(event.runID) \($0)"] } ?? []) + Self.takenOver(event)
    case nil: return []
    }
  }

  /// The steps of a repeated run that do not run again.
  private static func takenOver(_ event: API.Event) -> [String] {
    guard case .runStarted(let started)? = event.kind else { return [] }
    let steps = started.roster.filter(\.reused).map(\.stepID)
    guard !steps.isEmpty else { return [] }
    let names = steps.prefix(10).joined(separator: ", ") + (steps.count > 10 ? " and \(steps.count - 10) more" : "")
    return ["run \(event.runID) has taken over from another run: \(TerminalText.sanitised(names))"]
  }

  /// What happened to the run as a whole.
  private mutating func ofRun(_ event: API.Event) -> String? {
    switch event.kind {
    case .runStarted(let started):
      runStarts[event.runID] = event.at
      let flow = TerminalText.sanitised(started.snapshot?.flowID ?? "")
      flows[event.runID] = flow
      let count = started.roster.count
      let parent = started.parentRunID.isEmpty ? "" : ", for \(TerminalText.sanitised(started.parentStepID))"
      return "started: \(flow), \(count) step\(count == 1 ? "" : "s")\(parent)"
    case .runFinished(let finished):
      let start = runStarts.removeValue(forKey: event.runID)
      flows[event.runID] = nil
      let time = zip2(start, event.at).map { " after \(DurationText.short($1.model - $0.model))" } ?? ""
      let why = finished.error.isEmpty ? "" : ": " + TerminalText.sanitised(finished.error)
      return "\(StatusText.name(finished.status))\(time)\(why)"
    case .runQueued: return "queued"
    case .runPauseRequested: return "pauses once the steps in hand have finished"
    case .runPaused: return "paused; go on: flowctl resume \(ShortID.of(event.runID))"
    case .runResumed(let resumed): return "resumed" + (resumed.afterRestart ? " after a restart of the daemon" : "")
    case .runModeChanged(let changed): return "is \(MetaText.mode(changed.mode)) from now on"
    case .runCancelRequested(let cancel):
      return cancel.mode == .force ? "is ended by force" : "finishes the steps in hand"
    default: return nil
    }
  }

  private mutating func add(_ output: API.StepOutput, of run: String, _ path: String) -> [String] {
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
    let label = name(output.stepID, path)
    var result = lines.map { "\(label) | \(Self.overwritten($0))" }
    if output.truncated { result.append("\(label) | [more output than is recorded]") }
    return result
  }

  /// An agent's thoughts come in pieces and are shown a line at a time; anything else it does comes whole.
  private mutating func add(_ activity: API.StepActivity, of run: String, _ path: String) -> [String] {
    let label = name(activity.stepID, path)
    // How much was used is told with how the step ended.
    if activity.kind == .usage { return [] }
    guard activity.kind == .thought else {
      return endThought(activity.stepID, run, path) + ["\(label): \(ActivityText.line(activity.kind, activity.text))"]
    }
    let key = "\(run)/\(activity.stepID)/thought"
    var partial = partials[key] ?? Partial()
    partial.text += partial.filter.filter(activity.text)
    var lines = partial.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    partial.text = lines.removeLast()
    if partial.text.utf8.count > EventText.partialBytesMax {
      lines.append(partial.text)
      partial.text = ""
    }
    partials[key] = partial
    return lines.filter { !$0.isEmpty }.map { "\(label): thinks: \($0)" }
  }

  /// What the step thought last without a line's end.
  private mutating func endThought(_ step: String, _ run: String, _ path: String) -> [String] {
    guard let rest = partials.removeValue(forKey: "\(run)/\(step)/thought")?.text, !rest.isEmpty else { return [] }
    return ["\(name(step, path)): thinks: \(rest)"]
  }

  /// What the step wrote last without a line's end.
  private mutating func flush(_ step: String, _ run: String, _ path: String) -> [String] {
    endThought(step, run, path)
      + [API.OutputStream.stdout, .stderr].compactMap { stream in
        guard let rest = partials.removeValue(forKey: "\(run)/\(step)/\(stream.rawValue)")?.text, !rest.isEmpty else {
          return nil
        }
        return "\(name(step, path)) | \(Self.overwritten(rest))"
      }
  }

  /// What a line with carriage returns shows in the end: its last part.
  private static func overwritten(_ line: String) -> String {
    guard line.unicodeScalars.contains("\r") else { return line }
    return line.unicodeScalars.split(separator: "\r").last.map(String.init) ?? ""
  }

  private func name(_ step: String, _ path: String) -> String { path + TerminalText.sanitised(step) }

  private static func started(_ started: API.StepStarted, _ path: String) -> String {
    var text = "\(path)\(TerminalText.sanitised(started.stepID)): started"
    if let count = started.childCount { text += ", \(count) item\(count == 1 ? "" : "s")" }
    if started.attempt > 1 { text += ", \(AttemptText.of(started.attempt, max: started.attemptsMax))" }
    if !started.childRunID.isEmpty { text += ", run \(started.childRunID)" }
    return text
  }

  /// The question, and the command that answers it.
  private static func asked(_ event: API.Event, _ required: API.StepInputRequired, _ path: String) -> [String] {
    guard let input = required.input else { return [] }
    let question = Question(
      runID: event.runID, path: String(path.dropLast()), stepID: required.stepID, input: input)
    let label = question.name
    let terms = question.terms(now: event.at?.model ?? .distantPast)
    return [
      "\(label): \(input.reason == .permission ? "asks for a permission" : "asks"): "
        + "\(TerminalText.sanitised(input.prompt)) (\(terms))", "\(label): answer it: \(question.command)",
    ]
  }

  private func finished(_ step: API.Step, _ run: String, _ path: String) -> [String] {
    let label = name(step.stepID, path)
    var text = "\(label): \(StatusText.name(step.status))"
    if let start = step.startedAt, let end = step.finishedAt {
      text += " after \(DurationText.short(end.model - start.model))"
    }
    if step.reused { text += ", taken over" }
    if let message = step.error?.message, !message.isEmpty { text += ": \(TerminalText.sanitised(message))" }
    let checks = step.checks.filter { !$0.passed }.map { check in
      "\(label): \(CheckText.line(check, flow: flows[run] ?? "", glyphs: Glyphs(isUnicode: true)))"
    }
    return request(step, label) + [text] + checks
  }

  /// The request or the agent; of a failed step all that is known.
  private func request(_ step: API.Step, _ label: String) -> [String] {
    guard let summary = StepDetailLines.summary(http: step.http, agent: step.agent) else { return [] }
    let details =
      step.status == .failed
      ? StepDetailLines.details(http: step.http, agent: step.agent, style: .plain, width: nil) : []
    return ["\(label): \(summary)"] + details
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
