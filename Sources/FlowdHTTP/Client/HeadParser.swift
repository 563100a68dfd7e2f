internal import FlowdModel

/// Reads a response's head line by line; a further status line begins anew.
struct HeadParser {
  private(set) var status = 0
  private(set) var version = ""
  private(set) var headers: [HTTPExchange.Header] = []
  /// The blank line of a head that is not interim has come; what follows are trailers, or the next head.
  private(set) var isComplete = false
  /// Of all heads and trailers that came on this request.
  private var bytes = 0
  private var lines = 0

  /// Takes a line with its end.
  ///
  /// - Parameter isTrailer: The body has begun, so no head follows: it is only counted.
  /// - Returns: Whether it completed the head of a response that is not interim (1xx).
  /// - Throws: `.tooLarge` past the bounds.
  mutating func push(_ line: UnsafeBufferPointer<UInt8>, isTrailer: Bool) throws(HTTPProblem) -> Bool {
    bytes += line.count
    lines += 1
    guard bytes <= Limits.httpHeaderBytesMax else {
      throw HTTPProblem(.tooLarge, "the response's headers are longer than \(Limits.httpHeaderBytesMax) bytes")
    }
    // A status line and a blank one for each interim response are counted too.
    guard lines <= Limits.httpHeadersMax + 32 else {
      throw HTTPProblem(.tooLarge, "the response has more than \(Limits.httpHeadersMax) headers")
    }
    if isTrailer { return false }
    var content = line[...]
    while let last = content.last, last == 0x0a || last == 0x0d { content = content.dropLast() }
    if content.starts(with: "HTTP/".utf8) {
      begin(content)
    } else if content.isEmpty {
      guard !isComplete, status >= 200 else { return false }
      isComplete = true
      return true
    } else if !isComplete {
      add(content)
    }
    return false
  }

  /// The first header of a name, whatever its case.
  func value(of name: String) -> String? { headers.first { $0.name.lowercased() == name }?.value }

  private mutating func begin(_ line: Slice<UnsafeBufferPointer<UInt8>>) {
    let parts = line.split(separator: 0x20, maxSplits: 2)
    version = parts.first.map { String(decoding: $0.dropFirst(5), as: UTF8.self) } ?? ""
    status = parts.count > 1 ? Int(String(decoding: parts[1], as: UTF8.self)) ?? 0 : 0
    headers = []
    isComplete = false
  }

  private mutating func add(_ line: Slice<UnsafeBufferPointer<UInt8>>) {
    if let first = line.first, first == 0x20 || first == 0x09, let last = headers.indices.last {
      headers[last].value += " " + Self.trimmed(line)
      return
    }
    if let header = Self.header(line) { headers.append(header) }
  }

  /// Of a line without its end; `nil`: there is no colon.
  static func header(_ line: Slice<UnsafeBufferPointer<UInt8>>) -> HTTPExchange.Header? {
    guard let colon = line.firstIndex(of: 0x3a) else { return nil }
    return HTTPExchange.Header(trimmed(line[..<colon]), trimmed(line[(colon + 1)...]))
  }

  private static func trimmed(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> String {
    var content = bytes.drop { $0 == 0x20 || $0 == 0x09 }
    while let last = content.last, last == 0x20 || last == 0x09 { content = content.dropLast() }
    return String(decoding: content, as: UTF8.self)
  }
}
