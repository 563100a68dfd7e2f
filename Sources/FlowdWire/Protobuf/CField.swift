internal import CFlowdProto

/// Reads the fields of protobuf-c structs; NULL counts as empty.
enum CField {
  static func string(_ text: UnsafeMutablePointer<CChar>?) -> String {
    text.map { String(cString: $0) } ?? ""
  }

  static func bytes(_ data: ProtobufCBinaryData) -> [UInt8] {
    Array(UnsafeBufferPointer(start: data.data, count: data.len))
  }

  static func values<T>(_ first: UnsafeMutablePointer<T>?, _ count: Int) -> UnsafeBufferPointer<T> {
    UnsafeBufferPointer(start: first, count: first == nil ? 0 : count)
  }

  static func messages<T>(
    _ first: UnsafeMutablePointer<UnsafeMutablePointer<T>?>?, _ count: Int
  ) -> [UnsafeMutablePointer<T>] {
    values(first, count).compactMap { $0 }
  }
}

extension Arena {
  func bytes(_ source: [UInt8]) -> ProtobufCBinaryData {
    let copy = allocate(UInt8.self, count: source.count)
    source.withUnsafeBytes { bytes in
      if let base = bytes.baseAddress { UnsafeMutableRawPointer(copy).copyMemory(from: base, byteCount: bytes.count) }
    }
    return ProtobufCBinaryData(len: source.count, data: copy)
  }

  /// Fills a repeated field.
  func array<Element, C>(
    _ elements: some Collection<Element>, into field: inout UnsafeMutablePointer<C>?, count: inout Int,
    convert: (Element) -> C
  ) {
    guard !elements.isEmpty else { return }
    let copy = allocate(C.self, count: elements.count)
    for (index, element) in elements.enumerated() { (copy + index).initialize(to: convert(element)) }
    field = copy
    count = elements.count
  }
}
