internal import CFuzzDriver
internal import FlowdModel
internal import FlowdWire

/// The first byte picks a message type (by rising full name; past the last: every type), the rest is decoded as one.
///
/// What decodes must encode, and decode again to the same value; and to the same JSON, where JSON can tell it.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzMessage(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let input = UnsafeRawBufferPointer(start: start, count: count)
  guard let first = input.first else { return 0 }
  let bytes = UnsafeRawBufferPointer(rebasing: input.dropFirst())
  let picked = Int(first) < API.messageTypes.count ? API.messageTypes[Int(first)...Int(first)] : API.messageTypes[...]
  for type in picked { check(type, bytes) }
  return 0
}

private func check<M: Message>(_: M.Type, _ bytes: UnsafeRawBufferPointer) {
  guard let message = try? M(decoding: bytes) else { return }
  guard let again = try? M(decoding: message.encoded) else {
    fatalError("\(M.fullName): what was decoded encodes to bytes that are refused")
  }
  if again != message { fatalError("\(M.fullName): encoding changes the value") }
  guard let json = try? JSONCodec.contract.decode(message) else { return }
  guard let mapped = try? JSONCodec.contract.encode(json: json, as: M.self) else {
    fatalError("\(M.fullName): its own JSON is refused: \(json.text)")
  }
  // Not the value: an `Any` is encoded anew, without what its type does not know.
  if (try? JSONCodec.contract.decode(mapped)) != json { fatalError("\(M.fullName): JSON changes: \(json.text)") }
}
