package import FlowdWire

/// Where an export of a run is: makes the request for each page until the last was taken.
package struct ExportCursor: Sendable {
  /// What to ask for next; `nil` once everything is there.
  package private(set) var request: API.FlowServiceExportRunRequest?
  package private(set) var events = 0

  package init(run: String) { request = .init(runID: run) }

  package mutating func take(_ page: API.FlowServiceExportRunResponse) {
    events += page.events.count
    // A daemon that does not go on would be asked for ever.
    let goesOn = page.nextAfterSeq > (request?.afterSeq ?? 0)
    if goesOn {
      request?.afterSeq = page.nextAfterSeq
    } else {
      request = nil
    }
  }
}
