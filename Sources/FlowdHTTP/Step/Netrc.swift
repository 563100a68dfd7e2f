internal import FlowdModel
internal import Glibc

/// The logins of a netrc file (the format of ftp(1), without macros).
struct Netrc: Equatable {
  struct Entry: Equatable {
    /// `nil`: `default`.
    var machine: String?
    var login = ""
    var password = ""
  }

  private(set) var entries: [Entry] = []

  /// - Parameter text: Words of what is said about machines; `#` begins a comment where a word begins; a word may be in
  ///   double quotes.
  init(_ text: String) {
    var words = Self.words(of: text)[...]
    while let word = words.popFirst() {
      switch word {
      case "machine": entries.append(Entry(machine: words.popFirst()?.lowercased() ?? ""))
      case "default": entries.append(Entry(machine: nil))
      case "login": if let value = words.popFirst(), !entries.isEmpty { entries[entries.count - 1].login = value }
      case "password":
        if let value = words.popFirst(), !entries.isEmpty { entries[entries.count - 1].password = value }
      case "account": _ = words.popFirst()
      default: break
      }
    }
  }

  /// Reads a file; `nil`: `~/.netrc`.
  static func read(_ path: String?) throws(HTTPProblem) -> Netrc {
    guard let path = path ?? getenv("HOME").map({ String(cString: $0) + "/.netrc" }) else {
      throw HTTPProblem(.invalid, "HOME is not set, so there is no ~/.netrc")
    }
    let (descriptor, size) = try Transfer.openRegularFile(path)
    defer { close(descriptor) }
    guard size <= Limits.configFileBytesMax else { throw HTTPProblem(.invalid, "\(path) is too long") }
    var bytes = [UInt8](repeating: 0, count: Int(size))
    let count = pread(descriptor, &bytes, bytes.count, 0)
    guard count >= 0 else { throw HTTPProblem(.invalid, "cannot read \(path): \(SystemText.sentence(errno))") }
    return Netrc(String(decoding: bytes.prefix(count), as: UTF8.self))
  }

  /// The first that is for a host, in lower case; `default` is for every one.
  func entry(for host: String) -> Entry? { entries.first { $0.machine == nil || $0.machine == host } }

  private static func words(of text: String) -> [String] {
    var words: [String] = []
    for line in text.split(whereSeparator: \.isNewline) {
      var rest = line.drop { $0 == " " || $0 == "\t" }
      while let first = rest.first, first != "#" {
        if first == "\"" {
          rest = rest.dropFirst()
          words.append(String(rest.prefix { $0 != "\"" }))
          rest = rest.drop { $0 != "\"" }.dropFirst()
        } else {
          words.append(String(rest.prefix { $0 != " " && $0 != "\t" }))
          rest = rest.drop { $0 != " " && $0 != "\t" }
        }
        rest = rest.drop { $0 == " " || $0 == "\t" }
      }
    }
    return words
  }
}
