internal import FlowdModel

/// What one evaluation may use.
package struct LuaLimits: Equatable, Sendable {
  /// Memory of its values.
  package var memoryBytes: Int
  /// Instructions of Lua's machine; what a function does for each of them counts like one.
  package var instructions: Int
  /// Wall time; `nil`: as long as the instructions last.
  package var deadline: Duration?

  package init(memoryBytes: Int, instructions: Int, deadline: Duration? = nil) {
    self.memoryBytes = memoryBytes
    self.instructions = instructions
    self.deadline = deadline
  }

  /// For an expression, which is evaluated on the loop.
  package static let expression = LuaLimits(
    memoryBytes: Limits.expressionMemoryBytesMax, instructions: Limits.expressionInstructionsMax)
  /// For a `script` step, which runs on a thread of its own.
  package static let script = LuaLimits(
    memoryBytes: Limits.scriptMemoryBytesMax, instructions: Limits.scriptInstructionsMax,
    deadline: Limits.scriptDeadline)
}
