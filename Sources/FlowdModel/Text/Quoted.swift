/// `'text'` for a message: control characters spelled out, long text cut, so that a hostile name can neither move a
/// terminal's cursor nor flood a log.
package func quoted(_ text: String) -> String {
  let scalarsMax = 60
  var result = "'"
  var count = 0
  for scalar in text.unicodeScalars {
    guard count < scalarsMax else {
      result += "…"
      break
    }
    count += 1
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator:
      result += scalar.escaped(asASCII: true)
    default:
      result.unicodeScalars.append(scalar)
    }
  }
  return result + "'"
}
