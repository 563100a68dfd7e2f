/// Numbers of bytes as people read them.
package enum SizeText {
  /// Such as `1 byte`, `812 bytes`, `1.2 KiB`, `64.0 MiB`.
  package static func short(_ bytes: UInt64) -> String {
    if bytes < 1024 { return bytes == 1 ? "1 byte" : "\(bytes) bytes" }
    var tenths = bytes.multipliedReportingOverflow(by: 10).overflow ? bytes / 1024 * 10 : bytes * 10 / 1024
    var unit = 0
    let units = ["KiB", "MiB", "GiB", "TiB"]
    while tenths >= 10_240, unit + 1 < units.count {
      tenths /= 1024
      unit += 1
    }
    return "\(tenths / 10).\(tenths % 10) \(units[unit])"
  }
}
