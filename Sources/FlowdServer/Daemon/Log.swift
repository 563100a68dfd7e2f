internal import FlowdModel
internal import Glibc

/// Structured lines on standard error: for people as text, for programs as JSON.
final class Log: Sendable {
  private let settings: Locked<LogSettings>

  init(_ settings: LogSettings) { self.settings = Locked(settings) }

  func configure(_ new: LogSettings) { settings.withLock { $0 = new } }

  func error(_ message: String, _ fields: [String: String] = [:]) { write(.error, message, fields) }
  func warn(_ message: String, _ fields: [String: String] = [:]) { write(.warn, message, fields) }
  func info(_ message: String, _ fields: [String: String] = [:]) { write(.info, message, fields) }
  func debug(_ message: String, _ fields: [String: String] = [:]) { write(.debug, message, fields) }

  private func write(_ level: LogSettings.Level, _ message: String, _ fields: [String: String]) {
    let settings = settings.withLock { $0 }
    guard Log.rank(level) <= Log.rank(settings.level) else { return }
    let line =
      switch settings.format {
      case .text: Log.text(level, message, fields, Clock.now)
      case .json: Log.json(level, message, fields, Clock.now)
      }
    // One write for each line, so that lines of several threads do not mix.
    let bytes = Array("\(line)\n".utf8)
    _ = Glibc.write(STDERR_FILENO, bytes, bytes.count)
  }

  private static func rank(_ level: LogSettings.Level) -> Int {
    switch level {
    case .error: 0
    case .warn: 1
    case .info: 2
    case .debug: 3
    }
  }

  /// `2026-01-02T03:04:05.678Z info the message key=value key="a value"`.
  static func text(
    _ level: LogSettings.Level, _ message: String, _ fields: [String: String], _ time: Timestamp
  ) -> String {
    var line = "\(rfc3339(time)) \(level.rawValue) \(escaped(message))"
    for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
      let isPlain = !value.isEmpty && value.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x3D }
      line += " \(name)=" + (isPlain ? value : "\"\(escaped(value))\"")
    }
    return line
  }

  static func json(
    _ level: LogSettings.Level, _ message: String, _ fields: [String: String], _ time: Timestamp
  ) -> String {
    var members = [
      JSONValue.Member("time", .string(rfc3339(time))), JSONValue.Member("level", .string(level.rawValue)),
      JSONValue.Member("message", .string(message)),
    ]
    for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
      members.append(JSONValue.Member(name, .string(value)))
    }
    return JSONValue.object(members).text
  }

  /// Control characters and quotes become escapes: what a client sends cannot forge a line or move a terminal's cursor.
  private static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      default:
        let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || scalar.value == 0x2028
        if isControl {
          result += "\\u{\(String(scalar.value, radix: 16))}"
        } else {
          result.unicodeScalars.append(scalar)
        }
      }
    }
    return result
  }

  private static func rfc3339(_ time: Timestamp) -> String {
    var seconds = time_t(time.microsecondsSince1970 / 1_000_000)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    func padded(_ number: Int32, _ width: Int) -> String {
      let digits = String(number)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    let milliseconds = Int32(time.microsecondsSince1970 / 1000 % 1000)
    return "\(padded(parts.tm_year + 1900, 4))-\(padded(parts.tm_mon + 1, 2))-\(padded(parts.tm_mday, 2))T"
      + "\(padded(parts.tm_hour, 2)):\(padded(parts.tm_min, 2)):\(padded(parts.tm_sec, 2)).\(padded(milliseconds, 3))Z"
  }
}
