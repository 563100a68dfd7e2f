package import FlowdModel

/// Names a call of one client; never used again.
package struct HTTPCallID: Hashable, Sendable {
  let number: UInt64
}

/// What a client tells of a call: at most one head, then pieces of the body, then exactly one end, which is last.
package enum HTTPCallEvent: Sendable {
  /// Of the final response: not of one that is redirected, nor of an interim one.
  case head(HTTPHead)
  /// Unpacked; 1 to 16,384 bytes. They count as unacknowledged until `HTTPClient.acknowledge`.
  case body([UInt8])
  case end(HTTPEnd)
}

/// The head of a response.
package struct HTTPHead: Equatable, Sendable {
  package var status: Int
  /// `1.0`, `1.1` or `2`.
  package var version: String
  /// In the order they came, names as they were written.
  package var headers: [HTTPExchange.Header]
  /// Where it came from, after redirects; without user and password.
  package var url: String

  /// The first header of a name, whatever its case.
  package func value(of name: String) -> String? {
    headers.first { $0.name.lowercased() == name.lowercased() }?.value
  }
}

/// How a call ended.
package struct HTTPEnd: Equatable, Sendable {
  package enum Result: Equatable, Sendable {
    /// The whole response came, whatever its status.
    case completed
    /// A sentence for a person; without secrets but those of a URL that the other side sent.
    case failed(HTTPFailure, String)
    /// `HTTPCall.timeout` is over.
    case timedOut
    case cancelled
  }

  package var result: Result
  package var info: HTTPInfo

  package init(result: Result, info: HTTPInfo) {
    self.result = result
    self.info = info
  }
}

/// What is known about a call when it ends.
package struct HTTPInfo: Equatable, Sendable {
  /// What was sent at last, after redirects; the URL without user and password.
  package var method: String
  package var url: String
  /// As they were sent at last, with their secrets; only if `HTTPCall.recordsRequest`.
  package var requestHeaders: [HTTPExchange.Header] = []
  /// Whether the body was still sent at last.
  package var sentBody = false
  package var redirects = 0
  /// Of the body, unpacked.
  package var bodyBytes = 0
  package var timings = HTTPExchange.Timings()
  /// That responses set, those of redirects too; only with a cookie jar.
  package var cookiesSet: [HTTPExchange.Header] = []
  /// The jar's cookies now, as lines of a Netscape cookie file.
  package var cookieLines: [String] = []

  package init(method: String, url: String) {
    self.method = method
    self.url = url
  }
}
