internal import FlowdWire

/// Writes an export, page by page.
protocol ExportWriter {
  mutating func take(_ page: API.FlowServiceExportRunResponse, to output: TextOutput) throws(JSONMappingError)
  mutating func finish(to output: TextOutput)
}
