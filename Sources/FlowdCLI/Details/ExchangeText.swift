internal import FlowdModel
internal import FlowdWire

/// The request and the response of an `http` step, for people.
enum ExchangeText {
  /// Of a request that is too long for a line, at least so many columns stay.
  private static let requestColumnsMin = 12

  /// Such as `POST http://127.0.0.1:8425/login → 200 in 3 ms, 61 bytes`.
  ///
  /// - Parameter width: The columns there are; a URL that is too long for them is cut in its middle, as what comes after it
  ///   is what a person looks for.
  static func summary(_ exchange: API.HttpExchange, width: Int? = nil) -> String {
    let outcome = " → \(response(exchange).joined(separator: ", "))"
    let request = request(exchange)
    guard let width else { return request + outcome }
    let room = max(requestColumnsMin, width - DisplayWidth.of(outcome))
    return DisplayWidth.truncatedInMiddle(request, to: room) + outcome
  }

  /// Beside a step's name, such as `200, 61 bytes`; empty when nothing came back.
  static func note(_ exchange: API.HttpExchange) -> String {
    guard exchange.status > 0 else { return "" }
    return ["\(exchange.status)", SizeText.short(exchange.bodyBytes)].joined(separator: ", ")
  }

  /// All that is known, below its summary.
  static func details(_ exchange: API.HttpExchange, style: Style, width: Int?, isWhole: Bool) -> [String] {
    var block = DetailBlock(style: style, width: width, isWhole: isWhole)
    block.add("sent", exchange.requestHeaders.map(header))
    block.add("content", exchange.requestBody)
    block.add("values", substitutions(exchange))
    block.add("received", exchange.headers.map(header))
    block.add("cookies", exchange.cookies.map { "\($0.name)=\($0.value)" })
    block.add("times", times(exchange))
    block.add("file", exchange.file)
    block.add("body", exchange.bodyPreview)
    return block.lines
  }

  static func request(_ exchange: API.HttpExchange) -> String {
    TerminalText.sanitised("\(exchange.method) \(exchange.url)")
  }

  private static func response(_ exchange: API.HttpExchange) -> [String] {
    guard exchange.status > 0 else { return ["no response"] }
    var parts = ["\(exchange.status) in \(milliseconds(exchange.totalUs))", SizeText.short(exchange.bodyBytes)]
    if exchange.redirects > 0 {
      parts.append("\(exchange.redirects) redirect\(exchange.redirects == 1 ? "" : "s")")
    }
    if exchange.version == "2" { parts.append("HTTP/2") }
    return parts
  }

  private static func header(_ header: API.HttpHeader) -> String { "\(header.name): \(header.value)" }

  /// Such as `inputs.user = "ada"`.
  private static func substitutions(_ exchange: API.HttpExchange) -> [String] {
    guard !exchange.substitutions.isEmpty, let value = try? JSONValue(parsing: exchange.substitutions),
      case .object(let members) = value
    else { return [] }
    return members.map { "\($0.name) = \($0.value.text)" }
  }

  /// Such as `looked up 0.1 ms, connected 0.3 ms, first byte 2.9 ms, all 3.1 ms`.
  private static func times(_ exchange: API.HttpExchange) -> String {
    let parts = [
      ("looked up", exchange.nameLookupUs), ("connected", exchange.connectUs), ("TLS", exchange.tlsUs),
      ("first byte", exchange.firstByteUs), ("all", exchange.totalUs),
    ]
    return parts.filter { $0.1 > 0 }.map { "\($0.0) \(milliseconds($0.1))" }.joined(separator: ", ")
  }

  /// Such as `0.4 ms`, `12 ms`, `3.4s`.
  static func milliseconds(_ microseconds: UInt64) -> String {
    if microseconds >= 1_000_000 { return DurationText.short(.microseconds(Int64(clamping: microseconds))) }
    if microseconds >= 10_000 { return "\(microseconds / 1000) ms" }
    return "\(microseconds / 1000).\(microseconds / 100 % 10) ms"
  }
}
