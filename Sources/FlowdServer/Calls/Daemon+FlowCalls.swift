internal import FlowdEngine
internal import FlowdFiles
internal import FlowdModel
internal import FlowdWire

/// `flow.list`, `flow.get` and `flow.validate`: read from files, off the loop.
extension Daemon {
  func listFlows(_ request: API.FlowServiceListRequest, _ call: Call) throws(Refusal) {
    let workspace = request.workspace.isEmpty ? nil : try Fields.absolutePath(request.workspace, "workspace")
    let token = markPending(call)
    fileJob { catalog in
      let listing = catalog.list(workspace: workspace)
      return { daemon in
        var response = API.FlowServiceListResponse(flows: listing.entries.map { API.FlowSummary($0) })
        if !listing.diagnostics.isEmpty {
          // A directory that could not be read is told with the flows, not kept silent.
          for diagnostic in listing.diagnostics {
            response.flows.append(
              API.FlowSummary(path: diagnostic.file, diagnostics: [API.Diagnostic(diagnostic)]))
          }
        }
        daemon.answer(token, .success(response.encoded))
      }
    }
  }

  func getFlow(_ request: API.FlowServiceGetRequest, _ call: Call) throws(Refusal) {
    let workspace = request.workspace.isEmpty ? nil : try Fields.absolutePath(request.workspace, "workspace")
    let flow = try Fields.id(request.flowID, "flow_id")
    let token = markPending(call)
    fileJob { catalog in
      let found = Result { () throws(FlowCatalogError) in try catalog.find(id: flow, workspace: workspace) }
      return { daemon in
        switch found {
        case .success(let found):
          let response = API.FlowServiceGetResponse(
            flow: API.FlowSummary(found), content: found.bytes, definition: found.result.canonicalJSON)
          daemon.answer(token, .success(response.encoded))
        case .failure(let error): daemon.answer(token, .failure(Refusal(error, flow: flow)))
        }
      }
    }
  }

  func validateFlow(_ request: API.FlowServiceValidateRequest, _ call: Call) throws(Refusal) {
    let workspace = request.workspace.isEmpty ? nil : try Fields.absolutePath(request.workspace, "workspace")
    try Fields.optional(request.file, "file", bytesMax: Limits.pathBytesMax)
    guard let source = request.source else {
      throw .invalid(field: "content", "is empty; give a flow file or a flow_id")
    }
    if case .flowID(let id) = source { _ = try Fields.id(id, "flow_id") }
    let token = markPending(call)
    fileJob { catalog in
      var refusal: Refusal?
      var result = FlowFileResult(definition: nil, diagnostics: [], canonicalJSON: [], hash: "")
      switch source {
      case .content(let bytes):
        let file = request.file.isEmpty ? "flow.yaml" : request.file
        let id = Daemon.stem(of: file)
        result = catalog.check(bytes, id: id, file: file, workspace: workspace)
      case .flowID(let id):
        do throws(FlowCatalogError) {
          result = try catalog.find(id: id, workspace: workspace).result
        } catch {
          refusal = Refusal(error, flow: id)
        }
      }
      return { [result, refusal] daemon in
        if let refusal {
          daemon.answer(token, .failure(refusal))
          return
        }
        let response = API.FlowServiceValidateResponse(
          valid: result.definition != nil, diagnostics: result.diagnostics.map { API.Diagnostic($0) },
          definitionHash: result.hash)
        daemon.answer(token, .success(response.encoded))
      }
    }
  }

  /// `dir/review.flow.yaml` → `review`.
  static func stem(of file: String) -> String {
    let name = file.split(separator: "/").last.map(String.init) ?? file
    for suffix in [".flow.yaml", ".flow.yml", ".flow.json", ".yaml", ".yml", ".json"] where name.hasSuffix(suffix) {
      return String(name.dropLast(suffix.count))
    }
    return name
  }
}

extension API.Diagnostic {
  init(_ diagnostic: Diagnostic) {
    self.init(
      severity: diagnostic.severity == .error ? .error : .warning, file: diagnostic.file,
      line: UInt32(clamping: diagnostic.line), column: UInt32(clamping: diagnostic.column), message: diagnostic.message)
  }
}

extension API.FlowSource {
  init(_ source: FlowSource) {
    switch source {
    case .workspace: self = .workspace
    case .user: self = .user
    case .builtin: self = .builtin
    }
  }
}

extension API.FlowSummary {
  init(_ entry: FlowCatalog.Entry) {
    self.init(
      flowID: entry.id, name: entry.name, source: API.FlowSource(entry.source),
      path: entry.source == .builtin ? "" : entry.path, definitionHash: entry.hash,
      diagnostics: entry.diagnostics.map { API.Diagnostic($0) }, description: entry.description)
  }

  init(_ found: FlowCatalog.Found) {
    self.init(
      flowID: found.id, name: found.result.definition?.name ?? found.id, source: API.FlowSource(found.source),
      path: found.source == .builtin ? "" : found.path, definitionHash: found.result.hash,
      diagnostics: found.result.diagnostics.map { API.Diagnostic($0) },
      description: found.result.definition?.description ?? "")
  }
}
