extension InputDefinition {
  /// The environment variable that carries the input to a step: `INPUT_` and the name in upper case, every character
  /// that is not an ASCII letter or digit as `_`, as in GitHub Actions.
  package var environmentName: String {
    var name = "INPUT_"
    for scalar in self.name.unicodeScalars {
      switch scalar {
      case "a"..."z", "A"..."Z", "0"..."9": name += scalar.properties.uppercaseMapping
      default: name += "_"
      }
    }
    return name
  }
}

/// An input's value as text for the environment or inside other text: a string as it is, anything else as compact JSON.
package func environmentText(of value: JSONValue) -> String {
  switch value {
  case .string(let text): text
  case .number(let text): text
  case .null, .bool, .array, .object: value.text
  }
}
