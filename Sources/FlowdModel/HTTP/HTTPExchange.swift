/// A request and its response, as they are kept with the step; secrets are redacted. The body is the step's `stdout`.
package struct HTTPExchange: Equatable, Sendable {
  package struct Header: Equatable, Sendable {
    package var name: String
    package var value: String

    package init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// What was sent at last, after redirects.
  package var method: String
  package var url: String
  package var requestHeaders: [Header]
  /// The first `Limits.previewBytesMax` bytes of what was sent; files by their names.
  package var requestBody: String
  /// Expressions of the request and what they became.
  package var substitutions: [JSONValue.Member]
  /// 0: there was no response.
  package var status: Int
  /// `1.1` or `2`; empty without a response.
  package var version: String
  /// In the order they came, names as they were written; only those of the last response.
  package var headers: [Header]
  /// Of the run that were set by this exchange.
  package var cookies: [Header]
  package var redirects: Int
  /// Of the body, unpacked.
  package var bodyBytes: Int
  /// Where the body is as a whole, when it is longer than what is kept or was asked to be written to a file.
  package var file: String?
  package var timings: Timings
  /// The beginning of the body as text, for people; not stored.
  package var preview = ""

  /// Microseconds since the attempt began; 0 for what did not happen.
  package struct Timings: Equatable, Sendable {
    package var nameLookup: Int64
    package var connect: Int64
    package var tls: Int64
    package var firstByte: Int64
    package var total: Int64

    package init(nameLookup: Int64 = 0, connect: Int64 = 0, tls: Int64 = 0, firstByte: Int64 = 0, total: Int64 = 0) {
      self.nameLookup = nameLookup
      self.connect = connect
      self.tls = tls
      self.firstByte = firstByte
      self.total = total
    }
  }

  package init(
    method: String, url: String, requestHeaders: [Header] = [], requestBody: String = "",
    substitutions: [JSONValue.Member] = [], status: Int = 0, version: String = "", headers: [Header] = [],
    cookies: [Header] = [], redirects: Int = 0, bodyBytes: Int = 0, file: String? = nil, timings: Timings = Timings()
  ) {
    self.method = method
    self.url = url
    self.requestHeaders = requestHeaders
    self.requestBody = requestBody
    self.substitutions = substitutions
    self.status = status
    self.version = version
    self.headers = headers
    self.cookies = cookies
    self.redirects = redirects
    self.bodyBytes = bodyBytes
    self.file = file
    self.timings = timings
  }
}

/// Why there is no response.
package enum HTTPFailure: String, Equatable, Sendable, CaseIterable {
  case refused, unreachable, dns, tls, reset, timeout
  /// Of the body, the headers, or what a compressed body would unpack to.
  case tooLarge = "too-large"
  case redirects, policy, proxy, protocolError = "protocol"
  /// The request itself: a URL that is none, a file that cannot be read, a secret that is not set.
  case invalid
  /// The response could not be written to its file.
  case file
}
