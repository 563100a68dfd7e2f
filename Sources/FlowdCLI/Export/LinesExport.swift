internal import FlowdModel
internal import FlowdWire

/// One event a line.
struct LinesExport: ExportWriter {
  mutating func take(_ page: API.FlowServiceExportRunResponse, to output: TextOutput) throws(JSONMappingError) {
    for event in page.events { output.line(try JSONCodec.contract.decode(event).text) }
  }

  mutating func finish(to output: TextOutput) {}
}
