internal import FlowdModel
internal import FlowdSteps

/// Lets through what an agent does beside its answer, redacted and cut, up to a bound that an agent out of hand
/// reaches.
struct ActivityBound {
  private let redactor: Redactor
  private var count = 0
  private var byteCount = 0
  private var isReached = false

  init(redactor: Redactor) { self.redactor = redactor }

  /// - Returns: What is to be reported; at the bound that there is no more.
  mutating func admit(_ activity: AgentActivity) -> AgentActivity? {
    guard !isReached else { return nil }
    let text = Self.cut(redactor.redact(activity.text))
    count += 1
    byteCount += text.utf8.count
    isReached = count >= Limits.agentActivitiesMax || byteCount > Limits.agentActivityBytesMax
    guard !isReached else {
      return AgentActivity(.notice, "what else the agent does is no longer shown: it is too much")
    }
    return AgentActivity(activity.kind, text)
  }

  private static func cut(_ text: String) -> String {
    guard text.utf8.count > Limits.outputChunkBytesMax else { return text }
    let bytes = Array(text.utf8)
    let end = UTF8Boundary.atOrBefore(Limits.outputChunkBytesMax - 4, in: bytes[...])
    return String(decoding: bytes[..<end], as: UTF8.self) + "…"
  }
}
