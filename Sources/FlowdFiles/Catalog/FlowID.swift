internal import FlowdModel

/// The rule for flow ids: a plain stem of a file name, which cannot lead out of a directory.
package enum FlowID {
  /// What is wrong with an id, as the end of a sentence that names it; `nil` for one that may be looked for.
  ///
  /// - Parameter owner: What it is the id of.
  package static func mistake(in id: String, of owner: String = "a flow") -> String? {
    if id.utf8.isEmpty { return "must not be empty" }
    if id.utf8.count > Limits.idBytesMax { return "has more than \(Limits.idBytesMax) bytes" }
    if id.utf8.first == UInt8(ascii: ".") { return "must not begin with '.'" }
    if id.utf8.contains(UInt8(ascii: "/")) { return "must not hold '/'; \(owner) is named by its id, not by a path" }
    if zip(id.utf8, id.utf8.dropFirst()).contains(where: { $0 == UInt8(ascii: ".") && $1 == UInt8(ascii: ".") }) {
      return "must not hold '..'"
    }
    if id.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
      return "must not hold control characters"
    }
    return nil
  }
}
