/// One step of libyaml through a file.
struct YAMLEvent {
  enum Kind {
    case streamStart, streamEnd
    case documentStart, documentEnd
    case alias
    case scalar(String, YAMLNode.Style)
    case sequenceStart, sequenceEnd
    case mappingStart, mappingEnd
  }

  var kind: Kind
  var start: SourcePosition
  var end: SourcePosition
  var hasAnchor = false
  var hasTag = false
}

/// Where libyaml gave up.
struct YAMLSyntaxError: Error {
  enum Place {
    case position(SourcePosition)
    /// In bytes from the beginning of the text.
    case offset(Int)
  }

  var message: String
  var place: Place
}
