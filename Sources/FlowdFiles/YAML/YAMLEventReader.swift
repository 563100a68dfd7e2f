internal import CYAML

/// Owns a libyaml parser.
struct YAMLEventReader: ~Copyable {
  private let parser: UnsafeMutablePointer<yaml_parser_t>

  /// - Parameter text: Outlives the reader.
  init(_ text: UnsafeBufferPointer<UInt8>) throws(YAMLSyntaxError) {
    parser = .allocate(capacity: 1)
    parser.initialize(to: yaml_parser_t())
    guard yaml_parser_initialize(parser) == 1 else {
      parser.deallocate()
      throw YAMLSyntaxError(message: "out of memory", place: .offset(0))
    }
    yaml_parser_set_input_string(parser, text.baseAddress, text.count)
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deallocate()
  }

  /// The next event; `.streamEnd` is the last.
  mutating func next() throws(YAMLSyntaxError) -> YAMLEvent {
    var event = yaml_event_t()
    guard yaml_parser_parse(parser, &event) == 1 else { throw syntaxError }
    defer { yaml_event_delete(&event) }
    let (start, end) = (position(event.start_mark), position(event.end_mark))
    switch event.type {
    case YAML_STREAM_START_EVENT: return YAMLEvent(kind: .streamStart, start: start, end: end)
    case YAML_DOCUMENT_START_EVENT: return YAMLEvent(kind: .documentStart, start: start, end: end)
    case YAML_DOCUMENT_END_EVENT: return YAMLEvent(kind: .documentEnd, start: start, end: end)
    case YAML_ALIAS_EVENT: return YAMLEvent(kind: .alias, start: start, end: end)
    case YAML_SEQUENCE_END_EVENT: return YAMLEvent(kind: .sequenceEnd, start: start, end: end)
    case YAML_MAPPING_END_EVENT: return YAMLEvent(kind: .mappingEnd, start: start, end: end)
    case YAML_SCALAR_EVENT:
      let scalar = event.data.scalar
      let value = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
      return YAMLEvent(
        kind: .scalar(value, style(scalar.style)), start: start, end: end, hasAnchor: scalar.anchor != nil,
        hasTag: scalar.tag != nil)
    case YAML_SEQUENCE_START_EVENT:
      let sequence = event.data.sequence_start
      return YAMLEvent(
        kind: .sequenceStart, start: start, end: end, hasAnchor: sequence.anchor != nil, hasTag: sequence.tag != nil)
    case YAML_MAPPING_START_EVENT:
      let mapping = event.data.mapping_start
      return YAMLEvent(
        kind: .mappingStart, start: start, end: end, hasAnchor: mapping.anchor != nil, hasTag: mapping.tag != nil)
    default:
      // YAML_STREAM_END_EVENT, and YAML_NO_EVENT for every call after it.
      return YAMLEvent(kind: .streamEnd, start: start, end: end)
    }
  }

  private func position(_ mark: yaml_mark_t) -> SourcePosition {
    SourcePosition(line: mark.line + 1, column: mark.column + 1)
  }

  private func style(_ style: yaml_scalar_style_t) -> YAMLNode.Style {
    switch style {
    case YAML_PLAIN_SCALAR_STYLE: .plain
    case YAML_LITERAL_SCALAR_STYLE, YAML_FOLDED_SCALAR_STYLE: .block
    default: .quoted
    }
  }

  private var syntaxError: YAMLSyntaxError {
    let problem = parser.pointee.problem.map { String(cString: $0) } ?? "the text is not YAML"
    switch parser.pointee.error {
    case YAML_READER_ERROR:
      return YAMLSyntaxError(message: problem, place: .offset(parser.pointee.problem_offset))
    case YAML_MEMORY_ERROR:
      return YAMLSyntaxError(message: "out of memory", place: .position(position(parser.pointee.mark)))
    default:
      let context = parser.pointee.context.map { String(cString: $0) + ": " } ?? ""
      return YAMLSyntaxError(message: context + problem, place: .position(position(parser.pointee.problem_mark)))
    }
  }
}
