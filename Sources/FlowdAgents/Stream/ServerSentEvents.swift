internal import FlowdModel

/// Reads an event stream (WHATWG HTML §9.2.6) out of bytes that come in any pieces.
///
/// Lines end in CR, LF or CRLF, also when a piece ends between the two. A line and the data of an event are at most
/// `bytesMax` long each.
struct ServerSentEvents {
  struct Event: Equatable {
    /// `message` unless the stream says otherwise.
    var type: String
    /// UTF-8; what was not is replaced by U+FFFD.
    var data: [UInt8]
    /// Of this or the last event that had one.
    var lastEventID: String
  }

  /// A line or an event is longer than it may be; nothing can be read after it.
  struct TooLong: Error, Equatable {}

  /// What the stream asks for between two connections, if it does.
  private(set) var reconnectionTime: Duration?

  private let bytesMax: Int
  /// The beginning of a line whose end has not come.
  private var line: [UInt8] = []
  /// The last byte was a CR: an LF that follows belongs to it.
  private var endedInCR = false
  private var isFirstLine = true

  private var type: [UInt8] = []
  private var data: [UInt8] = []
  private var hasData = false
  private var lastEventID = ""

  init(bytesMax: Int = Limits.agentLineBytesMax) { self.bytesMax = bytesMax }

  /// Reads a piece of the stream.
  ///
  /// - Parameter events: Those that it completes are appended; also when an error follows them.
  mutating func push(_ bytes: [UInt8], to events: inout [Event]) throws(TooLong) {
    var start = 0
    if endedInCR, let first = bytes.first {
      endedInCR = false
      if first == UInt8(ascii: "\n") { start = 1 }
    }
    while let end = Self.endOfLine(in: bytes, from: start) {
      if let event = try take(bytes[start..<end]) { events.append(event) }
      start = end + 1
      guard bytes[end] == UInt8(ascii: "\r") else { continue }
      if start == bytes.count {
        endedInCR = true
      } else if bytes[start] == UInt8(ascii: "\n") {
        start += 1
      }
    }
    guard line.count + bytes.count - start <= bytesMax else { throw TooLong() }
    line += bytes[start...]
  }

  /// What the end of the stream cut off: an event without the empty line that completes it. The standard throws it away.
  var unfinished: [UInt8] {
    var rest = self
    var none: [Event] = []
    do {
      if !line.isEmpty { try rest.push([UInt8(ascii: "\n")], to: &none) }
    } catch {
      return []
    }
    return rest.data
  }

  private static func endOfLine(in bytes: [UInt8], from start: Int) -> Int? {
    var at = start
    while at < bytes.count {
      if bytes[at] == UInt8(ascii: "\n") || bytes[at] == UInt8(ascii: "\r") { return at }
      at += 1
    }
    return nil
  }

  /// Takes the rest of a line.
  private mutating func take(_ rest: ArraySlice<UInt8>) throws(TooLong) -> Event? {
    guard line.count + rest.count <= bytesMax else { throw TooLong() }
    if line.isEmpty { return try read(rest) }
    let whole = line + rest
    line = []
    return try read(whole[...])
  }

  /// Reads a whole line.
  private mutating func read(_ whole: ArraySlice<UInt8>) throws(TooLong) -> Event? {
    var line = whole
    if isFirstLine {
      isFirstLine = false
      if line.starts(with: [0xEF, 0xBB, 0xBF]) { line = line.dropFirst(3) }
    }
    guard let first = line.first else { return dispatch() }
    guard first != UInt8(ascii: ":") else { return nil }
    let colon = line.firstIndex(of: UInt8(ascii: ":"))
    let name = line[..<(colon ?? line.endIndex)]
    var value = colon.map { line[($0 + 1)...] } ?? line[line.endIndex...]
    if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
    try set(name, value)
    return nil
  }

  private mutating func set(_ name: ArraySlice<UInt8>, _ value: ArraySlice<UInt8>) throws(TooLong) {
    if name.elementsEqual("data".utf8) {
      guard data.count + value.count < bytesMax else { throw TooLong() }
      if hasData { data.append(UInt8(ascii: "\n")) }
      data += value
      hasData = true
    } else if name.elementsEqual("event".utf8) {
      type = Array(value)
    } else if name.elementsEqual("id".utf8) {
      if !value.contains(0) { lastEventID = String(decoding: value, as: UTF8.self) }
    } else if name.elementsEqual("retry".utf8) {
      guard !value.isEmpty, value.allSatisfy({ (0x30...0x39).contains($0) }) else { return }
      if let milliseconds = Int64(String(decoding: value, as: UTF8.self)) {
        reconnectionTime = .milliseconds(milliseconds)
      }
    }
  }

  /// The empty line that completes an event; one without data is none.
  private mutating func dispatch() -> Event? {
    defer {
      type = []
      data = []
      hasData = false
    }
    guard hasData else { return nil }
    return Event(
      type: type.isEmpty ? "message" : String(decoding: type, as: UTF8.self), data: Self.repaired(data),
      lastEventID: lastEventID)
  }

  private static func repaired(_ bytes: [UInt8]) -> [UInt8] {
    do {
      _ = try UTF8Span(validating: bytes.span)
      return bytes
    } catch {
      return Array(String(decoding: bytes, as: UTF8.self).utf8)
    }
  }
}
