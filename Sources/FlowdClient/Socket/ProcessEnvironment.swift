internal import Glibc

/// The environment of this process.
public enum ProcessEnvironment {
  /// Names and values; entries without `=` and entries that are not UTF-8 are left out.
  public static var current: [String: String] {
    var result: [String: String] = [:]
    var entry = environ
    while let text = entry.pointee {
      entry += 1
      guard let equals = strchr(text, Int32(UInt8(ascii: "="))) else { continue }
      let nameLength = equals - text
      let bytes = UnsafeRawBufferPointer(start: text, count: nameLength)
      let rest = UnsafeRawBufferPointer(start: equals + 1, count: strlen(equals + 1))
      guard nameLength > 0, let name = String(validating: bytes, as: UTF8.self),
        let value = String(validating: rest, as: UTF8.self)
      else { continue }
      result[name] = value
    }
    return result
  }
}
