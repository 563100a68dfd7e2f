internal import CHTTP
internal import FlowdModel

/// What libcurl tells of a response.
extension ActiveCall {
  func headerArrived(_ line: UnsafeBufferPointer<UInt8>) -> chttp_verdict {
    byteArrived()
    do throws(HTTPProblem) {
      if try head.push(line, isTrailer: hasDeliveredHead || discardedBytes > 0) { try headIsComplete() }
      return CHTTP_GO_ON
    } catch {
      problem = error
      return CHTTP_ABORT
    }
  }

  func bodyArrived(_ bytes: UnsafeBufferPointer<UInt8>) -> chttp_verdict {
    byteArrived()
    if nextHop != nil {
      discardedBytes += bytes.count
      return discardedBytes <= Limits.redirectBodyBytesMax ? CHTTP_GO_ON : CHTTP_ABORT
    }
    deliverHead()
    do throws(HTTPProblem) {
      try checkInflation(adding: bytes.count)
      guard info.bodyBytes + bytes.count <= call.bodyBytesMax else {
        _ = handOver(UnsafeBufferPointer(rebasing: bytes.prefix(call.bodyBytesMax - info.bodyBytes)))
        throw tooLargeBody
      }
    } catch {
      problem = error
      return CHTTP_ABORT
    }
    return handOver(bytes) ? CHTTP_GO_ON : CHTTP_PAUSE
  }

  /// The head of a request as it was sent.
  func headWasSent(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard call.recordsRequest else { return }
    let lines = bytes.split { $0 == 0x0a || $0 == 0x0d }
    info.requestHeaders = lines.dropFirst().compactMap(HeadParser.header)
  }

  private func headIsComplete() throws(HTTPProblem) {
    unansweredRequests = 0
    nextHop = nil
    if call.cookies != nil { noteCookies() }
    if let location = redirectLocation {
      guard info.redirects < call.redirectsMax else {
        throw HTTPProblem(
          .redirects, "\(place) redirects once more after \(call.redirectsMax) redirects; allow more with `redirects`")
      }
      nextHop = try hop?.redirected(by: head.status, to: location)
      if nextHop != nil { return }
    }
    // libcurl may answer this one with another request; the head is delivered with the first byte or the end.
    if case .digest? = hop?.auth, head.status == 401 { return }
    if hop?.method != "HEAD", head.status != 304, head.value(of: "content-encoding") == nil,
      let length = head.value(of: "content-length").flatMap(Int.init), length > call.bodyBytesMax
    {
      deliverHead()
      throw tooLargeBody
    }
    deliverHead()
  }

  private var redirectLocation: String? {
    guard call.redirectsMax > 0, [301, 302, 303, 307, 308].contains(head.status) else { return nil }
    return head.value(of: "location")
  }

  private func noteCookies() {
    for header in head.headers where header.name.lowercased() == "set-cookie" {
      let pair = header.value.prefix { $0 != ";" }
      guard let equals = pair.firstIndex(of: "=") else { continue }
      let name = pair[..<equals].trimmingBlanks()
      guard !name.isEmpty else { continue }
      info.cookiesSet.removeAll { $0.name == name }
      info.cookiesSet.append(HTTPExchange.Header(name, pair[pair.index(after: equals)...].trimmingBlanks()))
    }
  }

  /// libcurl counts what came only after it has unpacked it, so one buffer is granted.
  private func checkInflation(adding count: Int) throws(HTTPProblem) {
    let unpacked = info.bodyBytes + count
    guard unpacked > Limits.inflationFreeBytes, let transfer else { return }
    let packed = Int(transfer.measure(CHTTP_WIRE_BYTES)) + Limits.outputChunkBytesMax
    guard unpacked / Limits.inflationRatioMax > packed else { return }
    throw HTTPProblem(.tooLarge, inflationMessage)
  }

  var inflationMessage: String {
    "the body of \(place) unpacks to more than \(Limits.inflationRatioMax) times what was sent"
  }

  private var tooLargeBody: HTTPProblem {
    HTTPProblem(
      .tooLarge, "the body of \(place) is longer than \(call.bodyBytesMax) bytes; allow more with `max-body`")
  }
}

extension Substring {
  /// Without spaces and tabs at both ends.
  func trimmingBlanks() -> String {
    var text = drop { $0 == " " || $0 == "\t" }
    while let last = text.last, last == " " || last == "\t" { text.removeLast() }
    return String(text)
  }
}
