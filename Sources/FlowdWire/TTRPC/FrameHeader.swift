/// The 10 bytes before every frame of ttrpc 1.2: `u32be length | u32be stream id | u8 type | u8 flags`.
package struct FrameHeader: Equatable, Sendable {
  package static let byteCount = 10

  /// Of the body.
  package var length: UInt32
  package var stream: UInt32
  package var type: UInt8
  package var flags: UInt8

  package init(length: UInt32, stream: UInt32, type: UInt8, flags: UInt8 = 0) {
    self.length = length
    self.stream = stream
    self.type = type
    self.flags = flags
  }

  /// - Parameter bytes: At least 10.
  @inline(__always)
  package init(_ bytes: UnsafeRawBufferPointer) {
    length = UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt32.self))
    stream = UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
    type = bytes[8]
    flags = bytes[9]
  }

  @inline(__always)
  package func append(to output: inout [UInt8]) {
    withUnsafeBytes(of: (length.bigEndian, stream.bigEndian)) { output.append(contentsOf: $0) }
    output.append(type)
    output.append(flags)
  }
}

/// Frame types; the first three are ttrpc's, the others flowd's, sent only to a peer that asked for them.
package enum FrameType {
  package static let request: UInt8 = 0x01
  package static let response: UInt8 = 0x02
  package static let data: UInt8 = 0x03
  /// Client to server; the server still sends one terminal frame.
  package static let cancel: UInt8 = 0x10
  /// Both ways, on id 0, with 8 bytes; flag 0x01 marks the answer.
  package static let ping: UInt8 = 0x12
  /// Server to client, on id 0: `u32be last id | u32be code | UTF-8 text`.
  package static let goAway: UInt8 = 0x13
}

/// Frame flags.
package enum FrameFlags {
  package static let remoteClosed: UInt8 = 0x01
  package static let remoteOpen: UInt8 = 0x02
  package static let noData: UInt8 = 0x04
  package static let pingAnswer: UInt8 = 0x01
}
