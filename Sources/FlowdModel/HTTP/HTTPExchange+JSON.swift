extension HTTPExchange {
  /// As it is stored.
  package var json: JSONValue {
    var members: [JSONValue.Member] = [
      .init("method", .string(method)), .init("url", .string(url)), .init("request_headers", Self.json(requestHeaders)),
      .init("status", .number(String(status))), .init("version", .string(version)),
      .init("headers", Self.json(headers)), .init("redirects", .number(String(redirects))),
      .init("body_bytes", .number(String(bodyBytes))),
      .init(
        "timings",
        .array(
          [timings.nameLookup, timings.connect, timings.tls, timings.firstByte, timings.total].map {
            .number(String($0))
          })),
    ]
    if !requestBody.isEmpty { members.append(.init("request_body", .string(requestBody))) }
    if !substitutions.isEmpty { members.append(.init("substitutions", .object(substitutions))) }
    if !cookies.isEmpty { members.append(.init("cookies", Self.json(cookies))) }
    if let file { members.append(.init("file", .string(file))) }
    return .object(members)
  }

  /// What `json` gave.
  package init(json: JSONValue) {
    self.init(method: json["method"]?.textValue ?? "", url: json["url"]?.textValue ?? "")
    requestHeaders = Self.headers(json["request_headers"])
    requestBody = json["request_body"]?.textValue ?? ""
    if case .object(let members)? = json["substitutions"] { substitutions = members }
    status = json["status"]?.intValue ?? 0
    version = json["version"]?.textValue ?? ""
    headers = Self.headers(json["headers"])
    cookies = Self.headers(json["cookies"])
    redirects = json["redirects"]?.intValue ?? 0
    bodyBytes = json["body_bytes"]?.intValue ?? 0
    file = json["file"]?.textValue
    if case .array(let values)? = json["timings"], values.count == 5 {
      let times = values.map { Int64($0.intValue ?? 0) }
      timings = Timings(
        nameLookup: times[0], connect: times[1], tls: times[2], firstByte: times[3], total: times[4])
    }
  }

  private static func json(_ headers: [Header]) -> JSONValue {
    .array(headers.map { .array([.string($0.name), .string($0.value)]) })
  }

  private static func headers(_ json: JSONValue?) -> [Header] {
    guard case .array(let elements)? = json else { return [] }
    return elements.compactMap { element in
      guard case .array(let pair) = element, pair.count == 2 else { return nil }
      return Header(pair[0].textValue ?? "", pair[1].textValue ?? "")
    }
  }

  /// The beginning of a body as text.
  package static func preview(of body: [UInt8]) -> String {
    String(decoding: body.prefix(Limits.previewBytesMax), as: UTF8.self)
  }

  /// As expressions read it.
  ///
  /// - Parameter body: What was kept of it; one that is cut off has no `json`, which is not the same as a body that is none.
  package func value(body: [UInt8], isWhole: Bool) -> JSONValue {
    let parsed = isWhole ? [JSONValue.Member("json", (try? JSONValue(parsing: body)) ?? .null)] : []
    let head: [JSONValue.Member] = [
      .init("status", .number(String(status))), .init("headers", .object(joinedHeaders)),
    ]
    let rest: [JSONValue.Member] = [
      .init("text", .string(String(decoding: body, as: UTF8.self))),
      .init("bytes", .number(String(bodyBytes))), .init("duration", Self.milliseconds(timings.total)),
      .init(
        "timings",
        .object([
          .init("lookup", Self.milliseconds(timings.nameLookup)), .init("connect", Self.milliseconds(timings.connect)),
          .init("tls", Self.milliseconds(timings.tls)), .init("first_byte", Self.milliseconds(timings.firstByte)),
          .init("total", Self.milliseconds(timings.total)),
        ])),
      .init("url", .string(url)), .init("redirects", .number(String(redirects))),
      .init("cookies", .object(cookies.map { .init($0.name, .string($0.value)) })),
      .init("file", file.map(JSONValue.string) ?? .null), .init("truncated", .bool(!isWhole)),
    ]
    return .object(head + parsed + rest)
  }

  /// Why what `value` gave has no `json`; `nil`: it has, or is no response.
  package static func mistake(ofCut response: JSONValue) -> String? {
    guard response["truncated"] == .bool(true), response["json"] == nil else { return nil }
    let notice = StepOutput.notice(ofCut: response["bytes"]?.intValue ?? 0)
    if case .string? = response["file"] { return notice + "; 'file' has all of it" }
    return notice
  }

  /// By lower-case name; the values of one that came several times, in a row.
  private var joinedHeaders: [JSONValue.Member] {
    var order: [String] = []
    var values: [String: String] = [:]
    for header in headers {
      let name = header.name.lowercased()
      if let value = values[name] {
        values[name] = "\(value), \(header.value)"
      } else {
        order.append(name)
        values[name] = header.value
      }
    }
    return order.map { .init($0, .string(values[$0] ?? "")) }
  }

  private static func milliseconds(_ microseconds: Int64) -> JSONValue {
    .number("\(Double(microseconds) / 1000)")
  }
}

extension JSONValue {
  fileprivate var textValue: String? { if case .string(let text) = self { text } else { nil } }

  fileprivate var intValue: Int? { if case .number(let text) = self { Int(text) } else { nil } }
}
