internal import FlowdModel

/// What is filled in for in a provider's command: as a whole element, or behind `--name=`.
enum Placeholder: String, CaseIterable {
  case model, prompt
  case promptFile = "prompt_file"
  case workingDirectory = "cwd"

  var text: String { "{\(rawValue)}" }

  /// The placeholder that an element ends in, where it counts as one.
  static func filled(in element: String) -> Placeholder? {
    name(in: element).flatMap(Placeholder.init)
  }

  /// What is wrong with an element; braces that look like no placeholder are what they are.
  static func mistake(in element: String) -> String? {
    if let name = name(in: element) {
      guard Placeholder(rawValue: name) == nil,
        let near = NearMiss.nearest(to: name, among: allCases.map(\.rawValue))
      else { return nil }
      return "unknown placeholder \(quoted("{\(name)}")); did you mean \(quoted("{\(near)}"))?"
    }
    guard let misplaced = allCases.first(where: { element.contains($0.text) }) else { return nil }
    return "\(misplaced.text) is filled in as a whole element or behind --name= only; found \(quoted(element))"
  }

  /// The name between the braces of an element that is a placeholder or an option with one.
  private static func name(in element: String) -> String? {
    guard element.hasSuffix("}"), let open = element.lastIndex(of: "{") else { return nil }
    let prefix = element[..<open]
    let option = prefix.dropLast().drop { $0 == "-" }
    let isOption =
      prefix.hasPrefix("-") && prefix.hasSuffix("=") && !option.isEmpty
      && !option.contains { $0 == "=" || $0 == " " || $0 == "{" }
    guard prefix.isEmpty || isOption else { return nil }
    return String(element[element.index(after: open)...].dropLast())
  }
}
