import Testing

@testable import FlowdWire

@Suite struct FieldReaderTests {
  private func varint(_ bytes: [UInt8]) -> Result<UInt64, WireError> {
    ([8] + bytes).withUnsafeBytes { buffer in
      var reader = FieldReader(buffer)
      do throws(WireError) {
        return .success(try reader.next()?.value ?? 0)
      } catch {
        return .failure(error)
      }
    }
  }

  @Test(
    arguments: [
      ([0], 0), ([0x7F], 127), ([0x80, 0x01], 128), ([0x80, 0x00], 0), ([0xFF, 0xFF, 0xFF, 0xFF, 0x0F], 0xFFFF_FFFF),
      ([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], .max),
      ([0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00], 1),
    ] as [([UInt8], UInt64)])
  func readsVarints(_ bytes: [UInt8], _ value: UInt64) throws {
    #expect(try varint(bytes).get() == value)
  }

  @Test(
    arguments: [
      [], [0x80], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02],
      [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01], [UInt8](repeating: 0xFF, count: 20),
    ] as [[UInt8]])
  func refusesVarintsThatEndNowhereOrTooFar(_ bytes: [UInt8]) {
    #expect(varint(bytes).isMalformed)
  }

  @Test func writesWhatItReads() throws {
    for shift in 0..<64 {
      for offset: UInt64 in [0, 1] {
        let value = (1 << UInt64(shift)) &- offset
        var bytes: [UInt8] = []
        ProtobufWriter.append(varint: value, to: &bytes)
        #expect(bytes.count == ProtobufWriter.varintByteCount(value))
        #expect(try varint(bytes).get() == value)
      }
    }
  }

  /// The values of all fields; `nil` when one is malformed.
  private func values(_ bytes: [UInt8]) -> [UInt64]? {
    bytes.withUnsafeBytes { buffer in
      var reader = FieldReader(buffer)
      var values: [UInt64] = []
      do throws(WireError) {
        while let field = try reader.next() { values.append(field.value) }
        return values
      } catch {
        return nil
      }
    }
  }

  @Test func readsFixedNumbersByteByByte() {
    let bytes: [UInt8] = [13, 1, 2, 3, 4, 17, 1, 2, 3, 4, 5, 6, 7, 8]
    #expect(values(bytes) == [0x0403_0201, 0x0807_0605_0403_0201])
    for cut in bytes.indices {
      #expect(values(Array(bytes.prefix(cut))) == (cut == 0 ? [] : cut == 5 ? [0x0403_0201] : nil), "cut at \(cut)")
    }
  }
}
