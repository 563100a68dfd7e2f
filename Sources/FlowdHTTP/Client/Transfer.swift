internal import CHTTP
internal import FlowdModel
internal import Glibc

/// Owns one request of libcurl and what it uses.
final class Transfer {
  let handle: OpaquePointer
  /// Freed after the transfer.
  private let cookies: CookieShare?
  /// Whether libcurl works on it; it must not be when this is freed.
  var isAdded = false

  /// - Parameter context: What the callbacks are called with; outlives this.
  init(_ hop: HopRequest, of call: HTTPCall, cookies: CookieShare?, context: ActiveCall) throws(HTTPProblem) {
    let opaque = Unmanaged.passUnretained(context).toOpaque()
    guard let handle = chttp_transfer_create(TransferCallbacks.table, opaque) else {
      throw HTTPProblem(.invalid, "there is no memory for the request")
    }
    self.handle = handle
    self.cookies = cookies
    if let cookies { try check(chttp_transfer_share_cookies(handle, cookies.handle), "cookies") }
    try setRequest(hop, call)
    try setConnection(hop, call)
    try setBody(hop)
    try setHeaders(hop)
    try check(chttp_transfer_prepare(handle), "headers")
  }

  deinit { chttp_transfer_destroy(handle) }

  func measure(_ measure: chttp_measure) -> Int64 { chttp_transfer_measure(handle, measure) }

  var message: String { String(cString: chttp_transfer_message(handle)) }

  private func setRequest(_ hop: HopRequest, _ call: HTTPCall) throws(HTTPProblem) {
    try set(CHTTP_TEXT_URL, hop.target.text, "URL")
    if hop.method == "HEAD" {
      try set(CHTTP_HAS_NO_BODY, 1, "method")
    } else {
      try set(CHTTP_METHOD, hop.method, "method")
    }
    switch hop.auth {
    case .basic(let user, let password)?:
      try set(CHTTP_USER, user, "auth")
      try set(CHTTP_PASSWORD, password, "auth")
      try set(CHTTP_AUTH_DIGEST, 0, "auth")
    case .digest(let user, let password)?:
      try set(CHTTP_USER, user, "auth")
      try set(CHTTP_PASSWORD, password, "auth")
      try set(CHTTP_AUTH_DIGEST, 1, "auth")
    case .bearer(let token)?: try set(CHTTP_BEARER, token, "auth")
    case nil: break
    }
    if call.decompresses { try set(CHTTP_ENCODINGS, "", "decompress") }
    if call.recordsRequest { try set(CHTTP_RECORDS_HEAD, 1, "request") }
  }

  private func setConnection(_ hop: HopRequest, _ call: HTTPCall) throws(HTTPProblem) {
    let version = call.version == .http1 ? 1 : call.version == .http2 ? (hop.target.isEncrypted ? 2 : 3) : 0
    try set(CHTTP_VERSION, version, "version")
    let connect = call.timeout.map { min($0, Limits.connectTimeout) } ?? Limits.connectTimeout
    // A little longer than the call's own time, which is looked at elsewhere.
    try set(CHTTP_CONNECT_MILLISECONDS, connect.wholeMilliseconds + 50, "timeout")
    if let proxy = call.proxy { try set(CHTTP_PROXY_URL, proxy, "proxy") }
    if let path = call.unixSocket { try set(CHTTP_UNIX_SOCKET, path, "unix-socket") }
    try set(CHTTP_VERIFIES, call.tls.verifies ? 1 : 0, "verify")
    if let file = call.tls.caFile { try set(CHTTP_CA, file, "ca") }
    if hop.hasOwnCertificate {
      if let file = call.tls.certificate { try set(CHTTP_CERTIFICATE_FILE, file, "certificate") }
      if let file = call.tls.key ?? call.tls.certificate { try set(CHTTP_KEY_FILE, file, "key") }
    }
  }

  private func setHeaders(_ hop: HopRequest) throws(HTTPProblem) {
    for header in hop.headers {
      let value = header.value.drop { $0 == " " || $0 == "\t" }
      let line = value.isEmpty ? "\(header.name);" : "\(header.name): \(value)"
      try check(chttp_transfer_add_header(handle, line), "headers")
    }
    // What libcurl would say by itself: that a body is a form's, and that it may be worth waiting with it.
    let names = hop.headers.map { $0.name.lowercased() }
    var isMultipart = false
    if case .multipart = hop.body { isMultipart = true }
    if !isMultipart, !names.contains("content-type") {
      try check(chttp_transfer_add_header(handle, "Content-Type:"), "headers")
    }
    if !names.contains("expect") { try check(chttp_transfer_add_header(handle, "Expect:"), "headers") }
    if !names.contains("user-agent") { try check(chttp_transfer_add_header(handle, "User-Agent: flowd"), "headers") }
  }

  private func setBody(_ hop: HopRequest) throws(HTTPProblem) {
    switch hop.body {
    case .none:
      if ["POST", "PUT", "PATCH"].contains(hop.method) { try check(chttp_transfer_set_body(handle, nil, 0), "body") }
    case .bytes(let bytes): try check(chttp_transfer_set_body(handle, bytes, bytes.count), "body")
    case .file(let path):
      let (descriptor, size) = try Self.openRegularFile(path)
      try check(chttp_transfer_set_body_file(handle, descriptor, size), "body")
    case .multipart(let parts):
      for part in parts { try add(part) }
    }
  }

  private func add(_ part: HTTPCall.Part) throws(HTTPProblem) {
    switch part.content {
    case .bytes(let bytes):
      try check(
        chttp_transfer_add_part(handle, part.name, part.filename, part.contentType, bytes, bytes.count), "multipart")
    case .file(let path):
      let (descriptor, size) = try Self.openRegularFile(path)
      let name = part.filename ?? String(path.split(separator: "/").last ?? "file")
      try check(
        chttp_transfer_add_part_file(handle, part.name, name, part.contentType, descriptor, size), "multipart")
    }
  }

  /// Opens a file without waiting for anybody, as a pipe would.
  static func openRegularFile(_ path: String) throws(HTTPProblem) -> (descriptor: Int32, size: Int64) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw HTTPProblem(.invalid, "cannot read \(path): \(SystemText.sentence(errno))")
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw HTTPProblem(.invalid, "cannot send \(path): it is not a regular file")
    }
    return (descriptor, Int64(status.st_size))
  }

  private func set(_ option: chttp_text, _ text: String, _ name: String) throws(HTTPProblem) {
    guard !text.utf8.contains(0) else { throw HTTPProblem(.invalid, "\(name) has a NUL character") }
    try check(chttp_transfer_set_text(handle, option, text), name)
  }

  private func set(_ option: chttp_number, _ number: Int, _ name: String) throws(HTTPProblem) {
    try check(chttp_transfer_set_number(handle, option, number), name)
  }

  private func check(_ isDone: Bool, _ name: String) throws(HTTPProblem) {
    guard isDone else { throw HTTPProblem(.invalid, "libcurl does not take what the step says as \(name)") }
  }
}

extension Duration {
  /// Rounded down.
  var wholeMilliseconds: Int {
    let (seconds, attoseconds) = components
    return Int(clamping: seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000)
  }

  var wholeMicroseconds: Int64 {
    let (seconds, attoseconds) = components
    return seconds * 1_000_000 + attoseconds / 1_000_000_000_000
  }
}
