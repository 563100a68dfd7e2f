/// Writes single protobuf fields, for envelopes and for wrapping messages that are encoded already.
package enum ProtobufWriter {
  @inline(__always)
  package static func append(varint value: UInt64, to output: inout [UInt8]) {
    var value = value
    while value >= 0x80 {
      output.append(UInt8(truncatingIfNeeded: value) | 0x80)
      value >>= 7
    }
    output.append(UInt8(truncatingIfNeeded: value))
  }

  /// A length-delimited field: string, bytes or message.
  package static func append(field: UInt8, bytes: [UInt8], to output: inout [UInt8]) {
    output.append(field << 3 | 2)
    append(varint: UInt64(bytes.count), to: &output)
    output.append(contentsOf: bytes)
  }

  package static func varintByteCount(_ value: UInt64) -> Int {
    max(1, (64 - value.leadingZeroBitCount + 6) / 7)
  }
}
