internal import CFlowdProto
internal import FlowdModel

/// Decodes and encodes messages with protobuf-c.
///
/// protobuf-c trusts its input: a small frame can make it allocate fifty times its size, and it takes invalid UTF-8 and
/// embedded NULs. So `MessageScanner` looks at the bytes first, and the unpacking allocates from a capped arena.
enum MessageCodec {
  static func decode<M: CMessage>(_: M.Type, from bytes: UnsafeRawBufferPointer) throws(WireError) -> M {
    let arena = Arena()
    return M(c: try unpack(M.descriptor, as: M.C.self, from: bytes, in: arena))
  }

  /// The struct lives as long as nothing else is put into the arena.
  static func unpack<C>(
    _ descriptor: UnsafePointer<ProtobufCMessageDescriptor>, as _: C.Type, from bytes: UnsafeRawBufferPointer,
    in arena: Arena
  ) throws(WireError) -> UnsafePointer<C> {
    guard bytes.count <= Limits.frameBytesMax else { throw .tooLarge("message of \(bytes.count) bytes") }
    var scanner = MessageScanner()
    try scanner.scan(bytes, as: descriptor)
    arena.reset(limit: scanner.memoryBytes)
    var allocator = ProtobufCAllocator(
      alloc: { context, size in
        guard let context else { return nil }
        return Unmanaged<Arena>.fromOpaque(context).takeUnretainedValue().allocate(bytes: size)
      },
      free: { _, _ in },
      allocator_data: Unmanaged.passUnretained(arena).toOpaque())
    let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
    guard let message = protobuf_c_message_unpack(descriptor, &allocator, bytes.count, start) else {
      throw .malformed("not a \(String(cString: descriptor.pointee.name))")
    }
    return UnsafeRawPointer(message).assumingMemoryBound(to: C.self)
  }

  static func encode<M: CMessage>(_ message: M, into output: inout [UInt8]) {
    let arena = Arena()
    let raw = UnsafeRawPointer(message.makeC(in: arena)).assumingMemoryBound(to: ProtobufCMessage.self)
    let size = protobuf_c_message_get_packed_size(raw)
    let packed = arena.allocate(UInt8.self, count: max(1, size))
    protobuf_c_message_pack(raw, packed)
    output.append(contentsOf: UnsafeBufferPointer(start: packed, count: size))
  }
}

/// The contract as a serialised `google.protobuf.FileDescriptorSet`, imports included.
public enum DescriptorSet {
  public static var bytes: [UInt8] {
    Array(UnsafeBufferPointer(start: flowd_descriptor_set_start(), count: Int(flowd_descriptor_set_bytes)))
  }
}
