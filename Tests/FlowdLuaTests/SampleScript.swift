import FlowdLua
import FlowdModel

extension ScriptRequest {
  /// A script with the usual values: a step `diff`, and a list `review` of two whose second failed.
  ///
  /// - Parameter place: Where the output of a step is, by its index.
  static func sample(
    _ source: String, firstLine: Int = 0, place: (Int, StepOutput) -> StepResults.Output = { .inMemory($1) }
  ) -> ScriptRequest {
    let run = RunID(UUIDv7(high: 1, low: 2))
    func results(_ index: Int, _ text: String, exit: Int32) -> StepResults {
      StepResults(
        StepRecord(index: index, status: exit == 0 ? .succeeded : .failed, attempt: 1, exitCode: exit),
        output: place(index, StepOutput(stdout: Array(text.utf8))))
    }
    let list = StepRecord(index: 1, status: .failed, attempt: 1, childCount: 2, firstChild: 2)
    return ScriptRequest(
      attempt: AttemptID(run: run, step: 0, attempt: 1), source: source, firstLine: firstLine,
      values: [.init("inputs", SampleScope.json(#"{"size":"small","tags":["a","b"]}"#))],
      steps: [
        ReadableStep(id: "diff", kind: "run", results: results(0, "one\ntwo\n", exit: 0)),
        ReadableStep(
          id: "review", kind: "run", outputNames: ["grade"], results: StepResults(list),
          children: [results(2, "first", exit: 0), results(3, "second", exit: 1)],
          items: [.string("left"), .string("right")]),
      ], now: Timestamp(microsecondsSince1970: 1_709_208_000_250_000))
  }
}

extension LuaScript {
  /// Of a script that has everything with it.
  static func run(
    _ request: ScriptRequest, limits: LuaLimits, isCancelled: @Sendable () -> Bool
  ) throws(ExpressionError) -> JSONValue {
    try run(
      request, limits: limits,
      read: { _, step throws(ExpressionError) in throw ExpressionError(.failed, "step \(step) is not stored") },
      isCancelled: isCancelled)
  }
}
