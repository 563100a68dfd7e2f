internal import FlowdModel

/// How far the report and the outputs of a run that ends have come: each of their expressions may have to wait for values,
/// and what was loaded for those before it is not kept for that long.
struct RenderedEnd {
  /// Parts of the report that `report` has.
  var partCount = 0
  var report = ""
  /// Outputs that `outputs` has, or has not because they have no value or do not fit.
  var outputCount = 0
  var outputs: [JSONValue.Member] = []
  var outputBytesLeft = Limits.resultBytesMax
}

extension RunMachine {
  /// The report as far as the run came; what a step did not write is empty.
  ///
  /// - Throws: `.needsOutput` only, to be called again; another mistake is part of the text.
  func renderReport(_ transaction: Transaction) throws(ExpressionError) -> String {
    guard let template = definition.flow.report else { return "" }
    while renderedEnd.partCount < template.parts.count, renderedEnd.report.utf8.count <= Limits.reportBytesMax {
      let text = try text(of: template.parts[renderedEnd.partCount], transaction)
      renderedEnd.report += text
      renderedEnd.partCount += 1
      dropMuch()
    }
    guard renderedEnd.report.utf8.count > Limits.reportBytesMax else { return renderedEnd.report }
    let kept = String(decoding: renderedEnd.report.utf8.prefix(Limits.reportBytesMax), as: UTF8.self)
    return kept + "\n\n(cut off: the report is longer than \(ByteCountText.describe(Limits.reportBytesMax)))\n"
  }

  private func text(of part: Template.Part, _ transaction: Transaction) throws(ExpressionError) -> String {
    switch part {
    case .text(let text): return text
    case .expression(let expression):
      do throws(ExpressionError) {
        return Renderer.text(try renderer(nil, transaction).value(of: expression))
      } catch {
        if case .needsOutput = error.kind { throw error }
        return "(\(RunMachine.text(of: error, flow: record.snapshot.flowID)))"
      }
    }
  }

  /// The flow's `outputs` as a JSON object; one that has no value, or does not fit, is left out.
  ///
  /// - Throws: `.needsOutput` only, to be called again.
  func renderOutputs(_ transaction: Transaction) throws(ExpressionError) -> [UInt8] {
    let outputs = definition.flow.outputs
    guard !outputs.isEmpty else { return [] }
    while renderedEnd.outputCount < outputs.count {
      let output = outputs[renderedEnd.outputCount]
      do throws(ExpressionError) {
        let member = JSONValue.Member(output.name, try renderer(nil, transaction).value(output.value))
        let size = JSONWriter.bytes(of: .object([member]), .compact).count
        if size <= renderedEnd.outputBytesLeft {
          renderedEnd.outputBytesLeft -= size
          renderedEnd.outputs.append(member)
        }
      } catch {
        if case .needsOutput = error.kind { throw error }
      }
      renderedEnd.outputCount += 1
      dropMuch()
    }
    return JSONWriter.bytes(of: .object(renderedEnd.outputs), .compact)
  }

  /// Nothing else of the run waits for values any more.
  private func dropMuch() {
    if outputs.loadedByteCount > Limits.runOutputsBytesMax { outputs.dropLoaded() }
  }
}
