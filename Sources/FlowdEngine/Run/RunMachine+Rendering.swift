internal import FlowdModel

extension RunMachine {
  /// Renders a template in one pass: a value is never read again for references.
  func render(_ template: Template) -> String {
    var bytes: [UInt8] = []
    for part in template.parts {
      switch part {
      case .text(let text): bytes.append(contentsOf: text.utf8)
      case .reference(let reference): bytes.append(contentsOf: value(of: reference))
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The report as far as the run came; what a step did not write is empty.
  func renderReport() -> String {
    guard let template = definition.flow.report else { return "" }
    let text = render(template)
    guard text.utf8.count > Limits.reportBytesMax else { return text }
    let kept = String(decoding: text.utf8.prefix(Limits.reportBytesMax), as: UTF8.self)
    return kept + "\n\n(cut off: the report is \(text.utf8.count) bytes)\n"
  }

  private func value(of reference: Reference) -> [UInt8] {
    switch reference {
    case .input(let name):
      guard let value = inputs.first(where: { $0.name == name })?.value else { return [] }
      return Array(environmentText(of: value).utf8)
    case .run(let field): return Array(text(of: field).utf8)
    case .step(let index, let field):
      switch field {
      case .stdout: return outputs[index]?.stdout ?? []
      case .stderr: return outputs[index]?.stderr ?? []
      case .exit: return Array((steps[index].exitCode.map(String.init) ?? "").utf8)
      case .status: return Array(steps[index].status.name.utf8)
      case .error: return Array((steps[index].error?.message ?? "").utf8)
      }
    }
  }

  private func text(of field: Reference.RunField) -> String {
    switch field {
    case .id: record.id.description
    case .flow: record.snapshot.flowID
    case .provider: record.snapshot.providerID
    case .model: record.snapshot.modelID
    case .cwd: record.cwd
    case .session: record.sessionID.description
    }
  }
}
