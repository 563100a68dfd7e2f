internal import FlowdModel
internal import FlowdSchema

/// The keys a mapping of a file may have.
struct KnownKeys {
  /// As messages call the mapping.
  let place: String
  let allowed: [String]
  /// Documented keys of later versions.
  var notYet: [String] = []
  /// What to write instead of keys that people know from elsewhere.
  var instead: [String: String] = [:]

  /// What is wrong with a key; `nil` for one that is allowed.
  func mistake(in key: String) -> String? {
    if allowed.contains(key) { return nil }
    if notYet.contains(key) { return "\(quoted(key)) is not supported yet" }
    if let other = instead[key] { return "unknown key \(quoted(key)); write \(other)" }
    if let near = NearMiss.nearest(to: key, among: allowed) {
      return "unknown key \(quoted(key)); did you mean \(quoted(near))?"
    }
    return "unknown key \(quoted(key)); \(place) may have \(allowed.map(quoted).joined(separator: ", "))"
  }
}

extension KnownKeys {
  /// The keys of a mapping of the flow language.
  init(_ object: SchemaObject) {
    self.init(
      place: object.place, allowed: object.keys.map(\.name), notYet: object.notYet, instead: object.instead)
  }
}

/// The entries of a mapping with known keys.
struct Fields {
  let entries: [YAMLNode.Entry]

  subscript(key: String) -> YAMLNode? { entries.first { $0.key == key }?.value }

  /// Where a key stands.
  func position(of key: String) -> SourcePosition? { entries.first { $0.key == key }?.position }
}
