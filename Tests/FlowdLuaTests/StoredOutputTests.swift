import FlowdLua
import FlowdModel
import Testing

/// A script reads what earlier steps produced from the store, when it asks for it.
@Suite("Outputs read by scripts")
struct StoredOutputTests {
  private static func run(_ source: String, count: Int, read: @escaping OutputReader) throws -> JSONValue {
    let children = (0..<count).map { index in
      StepResults(
        StepRecord(index: 10 + index, status: .succeeded, attempt: 1, exitCode: 0),
        output: .stored(run: 7, step: 10 + index))
    }
    var request = ScriptRequest.sample(source)
    request.steps = [
      ReadableStep(
        id: "o", kind: "run", results: StepResults(StepRecord(index: 1, status: .succeeded, attempt: 1)),
        children: children)
    ]
    return try LuaScript.run(request, limits: .script, read: read, isCancelled: { false })
  }

  @Test("Outputs that take far more than a script may are read one after the other")
  func manyLargeOutputs() throws {
    let text = [UInt8](repeating: 0x78, count: 524_288)
    let source = "local n = 0 for _, c in ipairs(steps.o) do n = n + #c.stdout end return n"
    let count = 4 * Limits.scriptMemoryBytesMax / text.count
    let reads = Locked(0)
    let total = try Self.run(source, count: count) { run, step in
      reads.withLock { $0 += 1 }
      return StepOutput(stdout: text, stderr: [])
    }
    #expect(total == .number(String(4 * Limits.scriptMemoryBytesMax)))
    #expect(reads.withLock { $0 } == count)
  }

  @Test("A script that keeps them all is refused, and no more was read than it has room for")
  func keptOutputs() throws {
    let reads = Locked(0)
    let source = "local all = {} for _, c in ipairs(steps.o) do all[#all + 1] = c.stdout end return #all"
    let error = #expect(throws: ExpressionError.self) {
      try Self.run(source, count: 600) { run, step in
        reads.withLock { $0 += 1 }
        return StepOutput(stdout: [UInt8](repeating: 0x78, count: 1_048_576))
      }
    }
    #expect(error?.kind == .exhausted)
    #expect(error?.message.contains("64 MiB") == true, "\(error?.message ?? "")")
    #expect(reads.withLock { $0 } <= 65)
  }

  @Test("The fields of one step cost one reading, and a text that is read again none")
  func oneReading() throws {
    let reads = Locked(0)
    let source = """
      local n = 0
      for _ = 1, 100 do n = n + #steps.o[1].stdout + #steps.o[1].stderr + #steps.o[2].stderr end
      return n
      """
    let total = try Self.run(source, count: 2) { run, step in
      #expect(run == 7)
      reads.withLock { $0 += 1 }
      let long = [UInt8](repeating: 0x78, count: 100_000)
      return StepOutput(stdout: long, stderr: long)
    }
    #expect(total == .number("30000000"))
    #expect(reads.withLock { $0 } == 2)
  }

  @Test("What can be said without the output is said without reading it")
  func nothingToRead() throws {
    let value = try Self.run(
      "return { #steps.o, steps.o.status, steps.o[2].status, steps.o[1].exit }", count: 3
    ) { _, step throws(ExpressionError) in throw ExpressionError(.failed, "it was read") }
    #expect(value.text == #"[3,"succeeded","succeeded",0]"#)
  }

  @Test("An output that cannot be read fails the script, with its line")
  func unreadable() throws {
    let error = #expect(throws: ExpressionError.self) {
      try Self.run("local a = 1\nreturn steps.o[1].stdout", count: 1) { _, _ throws(ExpressionError) in
        throw ExpressionError(.failed, "the disk is gone")
      }
    }
    #expect(error?.message == "the disk is gone")
  }
}
