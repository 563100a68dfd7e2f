internal import CLuaSandbox
internal import FlowdModel

/// Owns a Lua state. Used by one thread at a time.
struct LuaSandbox: ~Copyable {
  /// How one evaluation went.
  enum Outcome {
    case value(JSONValue)
    case none
    case failed(ExpressionError.Kind, String)
    /// The host threw.
    case halted
  }

  private let handle: OpaquePointer

  init(_ limits: LuaLimits, forScripts: Bool) throws(ExpressionError) {
    let raw = clua_limits(
      memory_bytes: limits.memoryBytes, instructions: Int64(limits.instructions),
      deadline_nanoseconds: limits.deadline.map { max(1, Int64($0 / .nanoseconds(1))) } ?? 0)
    guard let handle = clua_create(raw, forScripts ? 1 : 0) else {
      throw ExpressionError(.exhausted, "there is no memory to evaluate it")
    }
    self.handle = handle
  }

  deinit { clua_destroy(handle) }

  /// Expressions that are kept compiled.
  var compiledCount: Int { clua_compiled(handle) }

  var memoryBytes: Int { clua_memory(handle) }

  /// Evaluates or runs source.
  ///
  /// - Returns: The outcome, and the source's line that an error is at, from 1; 0 when it is not known.
  func run(_ source: String, host: LuaHost) -> (outcome: Outcome, line: Int) {
    withSource(source) { bytes, count in
      let context = Unmanaged.passUnretained(host)
      let raw = clua_host(context: context.toOpaque(), ask: answerQuestion)
      let result = withExtendedLifetime(host) { clua_run(handle, bytes, count, raw) }
      return (Self.outcome(of: result), Int(result.line))
    }
  }

  /// Compiles source.
  ///
  /// - Returns: The mistake and its line; `nil` when there is none.
  func check(_ source: String) -> (message: String, line: Int)? {
    withSource(source) { bytes, count in
      let result = clua_check(handle, bytes, count)
      return result.outcome == CLUA_NIL ? nil : (Self.text(of: result), Int(result.line))
    }
  }

  private func withSource<Result>(_ source: String, _ body: (UnsafePointer<CChar>, Int) -> Result) -> Result {
    var source = source
    return source.withUTF8 { buffer in
      buffer.withMemoryRebound(to: CChar.self) { characters in
        guard let start = characters.baseAddress else { return body("", 0) }
        return body(start, characters.count)
      }
    }
  }

  private static func outcome(of result: clua_result) -> Outcome {
    switch result.outcome {
    case CLUA_DONE:
      var reader = ValueReader(UnsafeRawBufferPointer(start: result.bytes, count: result.count))
      return .value(reader.value())
    case CLUA_NIL: return .none
    case CLUA_SYNTAX: return .failed(.syntax, text(of: result))
    case CLUA_EXHAUSTED: return .failed(.exhausted, text(of: result))
    case CLUA_HALTED: return .halted
    default: return .failed(.failed, text(of: result))
    }
  }

  private static func text(of result: clua_result) -> String {
    LuaMessage.readable(
      String(decoding: UnsafeRawBufferPointer(start: result.bytes, count: result.count), as: UTF8.self))
  }
}
