internal import FlowdModel

/// Builds nodes from libyaml's events.
///
/// What YAML allows but these files do not is reported and read over, so that one pass finds all of it. Text that is not
/// YAML, and a file past its bounds, end the reading.
struct YAMLTreeReader {
  private let source: SourceText
  private(set) var diagnostics: [Diagnostic] = []
  private(set) var nodeCount: Int32 = 0

  init(_ source: SourceText) { self.source = source }

  /// The root, or `nil` for a file without content.
  mutating func read() throws(Diagnostic) -> YAMLNode? {
    var root: YAMLNode?
    try source.bytes.withUnsafeBufferPointer { (text) throws(Diagnostic) in
      root = try document(in: text)
    }
    return root
  }

  mutating func report(_ diagnostic: Diagnostic) {
    if diagnostics.count < Limits.diagnosticsMax { diagnostics.append(diagnostic) }
  }

  private mutating func document(in text: UnsafeBufferPointer<UInt8>) throws(Diagnostic) -> YAMLNode? {
    var events: YAMLEventReader
    do {
      events = try YAMLEventReader(text)
    } catch {
      throw diagnostic(error)
    }
    _ = try next(&events)
    guard case .documentStart = try next(&events).kind else { return nil }
    let root = try node(try next(&events), &events, depth: 0)
    _ = try next(&events)
    let last = try next(&events)
    if case .documentStart = last.kind {
      report(source.error("a file holds one document; a second one begins here", at: last.start))
    }
    return root
  }

  private func next(_ events: inout YAMLEventReader) throws(Diagnostic) -> YAMLEvent {
    do {
      return try events.next()
    } catch {
      throw diagnostic(error)
    }
  }

  private mutating func node(
    _ event: YAMLEvent, _ events: inout YAMLEventReader, depth: Int
  ) throws(Diagnostic) -> YAMLNode {
    guard nodeCount < Limits.yamlNodesMax else {
      throw source.error("the file has more than \(Limits.yamlNodesMax) values", at: event.start)
    }
    let index = nodeCount
    nodeCount += 1
    reportProperties(event)
    var content: YAMLNode.Content
    switch event.kind {
    case .scalar(let text, let style):
      content = .scalar(text, style)
      if text.utf8.contains(0) {
        report(source.error("the text holds a NUL character", at: event.start))
        content = .refused
      }
      return YAMLNode(content: content, start: event.start, end: event.end, index: index)
    case .sequenceStart:
      content = .sequence(try sequence(at: event.start, &events, depth: depth + 1))
    case .mappingStart:
      content = .mapping(try mapping(at: event.start, &events, depth: depth + 1))
    case .alias, .streamStart, .streamEnd, .documentStart, .documentEnd, .sequenceEnd, .mappingEnd:
      report(source.error("aliases are not allowed; write the value again", at: event.start))
      content = .refused
    }
    return YAMLNode(content: content, start: event.start, end: event.start, index: index)
  }

  private mutating func reportProperties(_ event: YAMLEvent) {
    if event.hasAnchor { report(source.error("anchors are not allowed", at: event.start)) }
    if event.hasTag { report(source.error("tags are not allowed", at: event.start)) }
  }

  private mutating func sequence(
    at start: SourcePosition, _ events: inout YAMLEventReader, depth: Int
  ) throws(Diagnostic) -> [YAMLNode] {
    try check(depth: depth, at: start)
    var elements: [YAMLNode] = []
    while true {
      let event = try next(&events)
      if case .sequenceEnd = event.kind { return elements }
      elements.append(try node(event, &events, depth: depth))
    }
  }

  private mutating func mapping(
    at start: SourcePosition, _ events: inout YAMLEventReader, depth: Int
  ) throws(Diagnostic) -> [YAMLNode.Entry] {
    try check(depth: depth, at: start)
    var entries: [YAMLNode.Entry] = []
    var seen: [ExactName: SourcePosition] = [:]
    while true {
      let event = try next(&events)
      if case .mappingEnd = event.kind { return entries }
      let key = try node(event, &events, depth: depth)
      let value = try node(try next(&events), &events, depth: depth)
      guard case .scalar(let name, _) = key.content else {
        if case .refused = key.content { continue }
        report(source.error("a key must be text", at: key.start))
        continue
      }
      if let first = seen[ExactName(name)] {
        let place = "line \(first.line), column \(first.column)"
        report(source.error("the key \(quoted(name)) is already given at \(place)", at: key.start))
        continue
      }
      seen[ExactName(name)] = key.start
      entries.append(YAMLNode.Entry(key: name, position: key.start, value: value))
    }
  }

  private func check(depth: Int, at position: SourcePosition) throws(Diagnostic) {
    guard depth <= Limits.yamlDepthMax else {
      throw source.error("more than \(Limits.yamlDepthMax) nested lists and mappings", at: position)
    }
  }

  private func diagnostic(_ error: YAMLSyntaxError) -> Diagnostic {
    let position: SourcePosition
    switch error.place {
    // At the end of the text libyaml is already on a line after the last.
    case .position(let place): position = min(place, source.position(at: source.bytes.count))
    case .offset(let offset): position = source.position(at: offset)
    }
    return source.error(error.message + hint(at: position), at: position)
  }

  /// Names the two mistakes that libyaml's own words do not lead to.
  private func hint(at position: SourcePosition) -> String {
    let line = source.line(Int(position.line))
    if source.bytes[source.offset(of: position)...].first == 0x09 { return "; a tab may not indent, use spaces" }
    return TemplateText.openings(in: line).first != nil ? "; text with ${{ }} inside [ ] or { } must be in quotes" : ""
  }
}
