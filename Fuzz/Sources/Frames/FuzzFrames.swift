internal import CFuzzDriver
internal import FlowdModel
internal import FlowdWire

/// What a client sends on one connection, as the daemon reads it: frames, envelopes, and each request by its method.
///
/// The same bytes in pieces must give the same frames, and the short cut for metadata reads must mean what the decoder
/// of all requests says.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzFrames(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let input = UnsafeRawBufferPointer(start: start, count: count)
  let whole = frames(of: input, pieces: [max(1, count)])
  let seed = input.reduce(UInt64(count)) { $0 &* 31 &+ UInt64($1) }
  let parts = frames(of: input, pieces: [1 + Int(seed % 7), 1 + Int(seed / 7 % 40), 1 + Int(seed / 280 % 3)])
  if whole != parts { fatalError("bytes in pieces give other frames") }
  var window = StreamIDWindow()
  for frame in whole where frame.header.type == FrameType.request && !frame.isOversize {
    let isNew = !window.hasSeen(frame.header.stream)
    if window.admit(frame.header.stream) != (isNew && frame.header.stream & 1 == 1) {
      fatalError("a stream id is confused")
    }
    frame.body.withUnsafeBytes(request)
  }
  return 0
}

private struct Frame: Equatable {
  var header: FrameHeader
  var body: [UInt8] = []
  var isOversize = false
}

private func frames(of input: UnsafeRawBufferPointer, pieces: [Int]) -> [Frame] {
  var decoder = FrameDecoder()
  var found: [Frame] = []
  var offset = 0
  var piece = 0
  while offset < input.count {
    let end = min(input.count, offset + pieces[piece % pieces.count])
    piece += 1
    do throws(FrameDecoder.OutOfStep) {
      try decoder.receive(UnsafeRawBufferPointer(rebasing: input[offset..<end])) { decoded in
        switch decoded {
        case .frame(let header, let body): found.append(Frame(header: header, body: Array(body)))
        case .oversize(let header): found.append(Frame(header: header, isOversize: true))
        }
        return true
      }
    } catch {
      found.append(Frame(header: error.header))
      return found
    }
    if decoder.pendingByteCount > end { fatalError("more is kept than came") }
    offset = end
  }
  return found
}

private func request(_ body: UnsafeRawBufferPointer) {
  guard let envelope = try? RequestEnvelope(decoding: body) else { return }
  let method = MethodTable.find(service: envelope.service, method: envelope.method)
  let session = MetaRead.session(envelope)
  if session != nil, method != .sessionGetCurrentMeta { fatalError("another method was taken for a metadata read") }
  guard let method, let type = API.messageTypes.first(where: { $0.fullName == method.requestName }) else { return }
  let message = try? type.init(decoding: envelope.payload)
  guard let session else { return }
  guard let read = message as? API.SessionServiceGetCurrentMetaRequest, case .sessionID(let text) = read.target else {
    fatalError("what was taken for a metadata read is none")
  }
  if SessionID(text) != session { fatalError("a metadata read was taken for one of another session") }
}
