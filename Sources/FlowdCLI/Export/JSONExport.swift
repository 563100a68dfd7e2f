internal import FlowdModel
internal import FlowdWire

/// One document: `run`, `definition` and `events`.
struct JSONExport: ExportWriter {
  private var isFirst = true

  mutating func take(_ page: API.FlowServiceExportRunResponse, to output: TextOutput) throws(JSONMappingError) {
    if let run = page.run {
      output.write("{\n\"run\": \(try JSONCodec.contract.decode(run).text),\n")
      let definition = String(decoding: page.definition, as: UTF8.self)
      output.write("\"definition\": \(definition.isEmpty ? "null" : definition),\n\"events\": [")
    }
    for event in page.events {
      output.write("\(isFirst ? "\n" : ",\n")\(try JSONCodec.contract.decode(event).text)")
      isFirst = false
    }
  }

  mutating func finish(to output: TextOutput) { output.write("\n]\n}\n") }
}
