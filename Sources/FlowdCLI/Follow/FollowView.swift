internal import FlowdClient
internal import FlowdModel
internal import FlowdWire

/// Shows what a watch tells; used by the main thread only.
protocol FollowView {
  /// Wants to be drawn again and again.
  var isLive: Bool { get }
  /// - Parameter path: The steps that lead to the event's run from the one that is followed; empty for that one.
  mutating func take(_ update: WatchUpdate, path: String) throws(CLIError)
  /// A word to the person that holds for a while, such as what Ctrl-C did.
  mutating func notice(_ text: String)
  /// A word to the person that stays.
  mutating func remark(_ text: String)
  /// What the person is asked; empty: nothing.
  mutating func ask(_ interview: Interview)
  mutating func draw()
  /// The terminal is about to be somebody else's, for a while or for good.
  mutating func release()
}

/// One JSON object a line: each event, as the contract's JSON mapping has it.
struct JSONFollowView: FollowView {
  let context: Context
  var isLive: Bool { false }

  /// Events of the runs of steps are left out: a reader wants the one run it started.
  mutating func take(_ update: WatchUpdate, path: String) throws(CLIError) {
    guard case .event(let event) = update, path.isEmpty else { return }
    do throws(JSONMappingError) {
      context.output.line(try JSONCodec.contract.decode(event).text)
    } catch {
      throw CLIError(.unreachable, "an event has no JSON form: \(error)")
    }
  }

  mutating func notice(_ text: String) { context.note(text) }
  mutating func remark(_ text: String) { context.note(text) }
  mutating func ask(_ interview: Interview) {}
  mutating func draw() {}
  mutating func release() {}
}

/// One line an event, and each line of output.
struct PlainFollowView: FollowView {
  let context: Context
  /// Prints a run's report at its end.
  let showsReport: Bool
  private var text: EventText
  var isLive: Bool { false }

  init(context: Context, namesRuns: Bool, showsReport: Bool) {
    self.context = context
    self.showsReport = showsReport
    text = EventText(namesRuns: namesRuns)
  }

  mutating func take(_ update: WatchUpdate, path: String) {
    switch update {
    case .event(let event):
      for line in text.lines(event, path: path) { context.output.line(line) }
      if showsReport, path.isEmpty, case .runFinished(let finished)? = event.kind, !finished.report.isEmpty {
        context.output.line()
        for line in ReportText.lines(finished.report, style: context.style) { context.output.line(line) }
      }
    case .disconnected(let reason): notice("reconnecting… (\(reason))")
    case .reconnected: notice("connected again")
    }
  }

  mutating func notice(_ text: String) { context.note(text) }
  mutating func remark(_ text: String) { context.note(text) }
  mutating func ask(_ interview: Interview) {}
  mutating func draw() {}
  mutating func release() {}
}
