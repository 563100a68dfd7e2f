internal import FlowdModel

extension RunMachine {
  /// The script of a step with what it may read, for a thread that has nothing else but the store.
  ///
  /// What earlier steps produced goes along when it is small and in memory. The rest is read when the script asks for it,
  /// so that one that reads the results of thousands of steps takes the memory of one of them.
  func request(
    for index: Int, _ script: ScriptSource, timeout: Duration?, _ transaction: Transaction
  ) -> ScriptRequest {
    let scope = RunScope(self, step: index, now: transaction.now)
    var values: [JSONValue.Member] = []
    for name in scope.names {
      if let value = scope.value(of: name) { values.append(.init(name, value)) }
    }
    let read = script.reads.readsAnyStep ? Array(definition.flow.steps.indices) : script.reads.steps
    return ScriptRequest(
      attempt: attemptID(of: index), source: script.source, firstLine: script.firstLine, values: values,
      steps: read.filter { $0 != index }.map(readable), now: transaction.now, progress: progress, timeout: timeout)
  }

  private func readable(_ index: Int) -> ReadableStep {
    let step = definition.flow.steps[index]
    var readable = ReadableStep(
      id: step.id, kind: step.action.kind, outputNames: step.outputs.map(\.name), results: results(of: index))
    guard step.foreach != nil else { return readable }
    let first = steps[index].firstChild ?? 0
    readable.children = (first..<first + (steps[index].childCount ?? 0)).map(results)
    readable.items = lists[index]?.items
    return readable
  }

  private func results(of index: Int) -> StepResults {
    StepResults(
      steps[index], secret: secretReference(of: index), output: outputs.place(of: index, run: record.key))
  }
}
