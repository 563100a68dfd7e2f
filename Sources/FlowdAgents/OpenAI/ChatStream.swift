internal import FlowdModel

/// Reads the body of a response to a chat completion, in pieces of any size: an event stream, or the one object that
/// servers give that do not stream.
struct ChatStream {
  enum Piece: Equatable {
    case text(String)
    case thought(String)
  }

  /// As far as it has been said.
  private(set) var model = ""
  private(set) var finishReason = ""
  private(set) var refusal = ""
  private(set) var usage: TokenCount?
  /// `[DONE]` has come: what follows does not count.
  private(set) var isDone = false

  private enum Form {
    /// The first byte decides.
    case unknown
    case events(ServerSentEvents)
    case whole([UInt8])
  }

  private var form: Form
  private let clock: @Sendable () -> Timestamp

  /// - Parameters:
  ///   - contentType: As the response names it.
  ///   - clock: What instants in errors are counted from.
  init(contentType: String, clock: @escaping @Sendable () -> Timestamp) {
    self.clock = clock
    let type = contentType.prefix { $0 != ";" }.lowercased()
    form = type.contains("event-stream") ? .events(ServerSentEvents()) : .unknown
  }

  /// The answer is all there.
  var isComplete: Bool { isDone || !finishReason.isEmpty }

  /// Reads a piece of the body.
  ///
  /// - Parameter pieces: What it completes is appended, in order; also when an error follows it.
  /// - Throws: What the stream says is wrong, or what is wrong with it. Nothing can be read after it.
  mutating func push(_ bytes: [UInt8], to pieces: inout [Piece]) throws(AgentError) {
    guard !isDone else { return }
    switch form {
    case .unknown:
      guard let first = bytes.first(where: { !Self.isSpace($0) }) else { return }
      form = first == UInt8(ascii: "{") ? .whole([]) : .events(ServerSentEvents())
      try push(bytes, to: &pieces)
    case .events(var events):
      // Held once only, so that nothing is copied.
      form = .unknown
      var found: [ServerSentEvents.Event] = []
      let isReadable = Self.read(bytes, &events, to: &found)
      form = .events(events)
      for event in found where !isDone { try take(event, to: &pieces) }
      if !isReadable, !isDone { throw Self.tooLong }
    case .whole(var whole):
      form = .unknown
      guard whole.count + bytes.count <= Limits.agentLineBytesMax else { throw Self.tooLong }
      whole += bytes
      form = .whole(whole)
    }
  }

  /// Reads what the end of the body completes.
  mutating func finish(to pieces: inout [Piece]) throws(AgentError) {
    switch form {
    case .unknown: return
    case .events(let events):
      if Self.isDoneMark(events.unfinished) { isDone = true }
    case .whole(let bytes):
      form = .unknown
      try take(Self.parse(bytes, "the answer"), to: &pieces)
      if finishReason.isEmpty { finishReason = "stop" }
    }
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

  private static func isDoneMark(_ data: [UInt8]) -> Bool {
    guard !data.isEmpty else { return false }
    let end = data.lastIndex { !isSpace($0) } ?? data.startIndex
    return data.first == UInt8(ascii: "[") && data[...end].elementsEqual("[DONE]".utf8)
  }

  private static let tooLong = AgentError(
    .tooLarge, "the server sent more than \(Limits.agentLineBytesMax) bytes without an end of line")

  /// - Returns: `false` when a line or an event is too long; what came before it is in `found`.
  private static func read(
    _ bytes: [UInt8], _ events: inout ServerSentEvents, to found: inout [ServerSentEvents.Event]
  ) -> Bool {
    do {
      try events.push(bytes, to: &found)
      return true
    } catch {
      return false
    }
  }

  private static func parse(_ bytes: [UInt8], _ what: String) throws(AgentError) -> JSONValue {
    do throws(JSONParseError) {
      return try JSONValue(parsing: bytes)
    } catch {
      let repaired = SurrogateRepair.repaired(bytes)
      do throws(JSONParseError) {
        guard repaired != bytes else { throw error }
        return try JSONValue(parsing: repaired)
      } catch {
        throw AgentError(.failed, "\(what) is no JSON: \(error)")
      }
    }
  }

  private mutating func take(_ event: ServerSentEvents.Event, to pieces: inout [Piece]) throws(AgentError) {
    if Self.isDoneMark(event.data) {
      isDone = true
    } else if event.type == "error" {
      throw OpenAIErrors.inStream(Self.errorValue(event.data), now: clock())
    } else if !event.data.isEmpty {
      try take(Self.parse(event.data, "a part of the stream"), to: &pieces)
    }
  }

  private mutating func take(_ json: JSONValue, to pieces: inout [Piece]) throws(AgentError) {
    let chunk = ChatChunk(json)
    if let error = chunk.error { throw OpenAIErrors.inStream(error, now: clock()) }
    if !chunk.model.isEmpty { model = chunk.model }
    if !chunk.finishReason.isEmpty { finishReason = chunk.finishReason }
    if let used = chunk.usage { usage = used }
    if refusal.utf8.count < Limits.stepErrorBytesMax { refusal += chunk.refusal }
    if !chunk.thought.isEmpty { pieces.append(.thought(chunk.thought)) }
    if !chunk.text.isEmpty { pieces.append(.text(chunk.text)) }
  }

  /// What an event of type `error` says; a text when it is no JSON.
  private static func errorValue(_ data: [UInt8]) -> JSONValue {
    do {
      let json = try JSONValue(parsing: data)
      return json["error"] ?? json
    } catch {
      return .string(String(decoding: data, as: UTF8.self))
    }
  }
}
