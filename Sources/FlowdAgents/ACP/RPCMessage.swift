internal import FlowdModel

/// A message of JSON-RPC 2.0, one object a line.
enum RPCMessage: Equatable, Sendable {
  /// - `id`: as the other side wrote it; sent back unchanged.
  case request(id: JSONValue, method: String, params: JSONValue)
  case notification(method: String, params: JSONValue)
  /// - `id`: `nil`: not one of the numbers that this side gives.
  case result(id: Int?, JSONValue)
  case error(id: Int?, RPCError)

  /// Why a line is no message; the end of a sentence about it.
  struct Mistake: Error, Equatable {
    var message: String
  }

  init(line: [UInt8]) throws(Mistake) {
    let value: JSONValue
    do {
      value = try JSONValue(parsing: line, valuesMax: Limits.agentLineValuesMax)
    } catch {
      throw Mistake(message: "is no JSON: \(error)")
    }
    guard case .object = value else { throw Mistake(message: "is no object") }
    if let method = value["method"] {
      guard case .string(let method) = method else { throw Mistake(message: "has a method that is no text") }
      let params = value["params"] ?? .object([])
      switch value["id"] {
      case nil: self = .notification(method: method, params: params)
      case .string(let id)?: self = .request(id: .string(id), method: method, params: params)
      case .number(let id)?: self = .request(id: .number(id), method: method, params: params)
      case .null?: self = .request(id: .null, method: method, params: params)
      case .bool?, .array?, .object?: throw Mistake(message: "has an id that is neither a text nor a number")
      }
      return
    }
    guard let id = value["id"] else { throw Mistake(message: "has neither a method nor an id") }
    let number: Int? = if case .number(let text) = id { Int(text) } else { nil }
    switch (value["result"], value["error"]) {
    case (_, let error?) where error != .null: self = .error(id: number, RPCError(error))
    case (let result?, _): self = .result(id: number, result)
    case (nil, _): throw Mistake(message: "has neither a method, a result nor an error")
    }
  }

  /// The line that carries it, with its end.
  var line: [UInt8] {
    var members: [JSONValue.Member] = [.init("jsonrpc", .string("2.0"))]
    switch self {
    case .request(let id, let method, let params):
      members += [.init("id", id), .init("method", .string(method)), .init("params", params)]
    case .notification(let method, let params):
      members += [.init("method", .string(method)), .init("params", params)]
    case .result(let id, let result):
      members += [.init("id", Self.value(id)), .init("result", result)]
    case .error(let id, let error):
      members += [.init("id", Self.value(id)), .init("error", error.json)]
    }
    return JSONWriter.bytes(of: .object(members), .compact) + [UInt8(ascii: "\n")]
  }

  /// What answers a request of the other side.
  static func reply(to id: JSONValue, _ result: JSONValue) -> [UInt8] {
    line([.init("id", id), .init("result", result)])
  }

  static func refusal(of id: JSONValue, _ error: RPCError) -> [UInt8] {
    line([.init("id", id), .init("error", error.json)])
  }

  private static func line(_ members: [JSONValue.Member]) -> [UInt8] {
    JSONWriter.bytes(of: .object([.init("jsonrpc", .string("2.0"))] + members), .compact) + [UInt8(ascii: "\n")]
  }

  private static func value(_ id: Int?) -> JSONValue { id.map { .number(String($0)) } ?? .null }
}

/// An error object of JSON-RPC.
struct RPCError: Equatable, Sendable {
  static let methodNotFound = -32601
  static let invalidParams = -32602
  /// Of the Agent Client Protocol.
  static let authenticationRequired = -32000

  var code: Int
  var message: String
  var data: JSONValue?

  init(code: Int, message: String, data: JSONValue? = nil) {
    self.code = code
    self.message = message
    self.data = data
  }

  /// What is missing or of the wrong type is left out.
  init(_ json: JSONValue) {
    code = 0
    message = ""
    if case .number(let text)? = json["code"] { code = Int(text) ?? 0 }
    if case .string(let text)? = json["message"] { message = text }
    if case .string(let text) = json { message = text }
    if let data = json["data"], data != .null { self.data = data }
  }

  /// For people: the message, and what the data adds to it.
  var text: String {
    let detail: String =
      switch data {
      case nil: ""
      case .string(let text)?: text
      case .object?: ["message", "details", "reason", "error"].lazy.compactMap(dataText).first ?? data?.text ?? ""
      case .null?, .bool?, .number?, .array?: data?.text ?? ""
      }
    if message.isEmpty { return detail.isEmpty ? "error \(code)" : detail }
    return detail.isEmpty || detail == message ? message : "\(message): \(detail)"
  }

  var json: JSONValue {
    var members: [JSONValue.Member] = [.init("code", .number(String(code))), .init("message", .string(message))]
    if let data { members.append(.init("data", data)) }
    return .object(members)
  }

  private func dataText(_ name: String) -> String? {
    if case .string(let text)? = data?[name] { text } else { nil }
  }
}
