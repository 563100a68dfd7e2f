package import FlowdModel

/// A YAML or JSON file as a tree of nodes.
///
/// The language is YAML without aliases, anchors, tags, several documents and repeated keys, so the tree is never larger
/// than the file. A file that is JSON is read as JSON, which knows surrogate pairs and all of Unicode in strings.
package struct YAMLDocument: Sendable {
  /// `nil` when the file could not be read to its end, and for a file without content.
  package var root: YAMLNode?
  /// One more than the largest `YAMLNode.index`.
  package var nodeCount = 0
  package var source: SourceText
  /// At most `Limits.diagnosticsMax`; empty, without a root, for a file without content.
  package var diagnostics: [Diagnostic] = []

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - bytes: The whole file.
  ///   - file: Its name in diagnostics.
  ///   - bytesMax: The longest file that is looked at.
  package init(parsing bytes: [UInt8], file: String, bytesMax: Int = Limits.flowFileBytesMax) {
    let hasMark = bytes.starts(with: [0xEF, 0xBB, 0xBF])
    let text = hasMark ? Array(bytes.dropFirst(3)) : bytes
    guard bytes.count <= bytesMax else {
      source = SourceText([], file: file, lineBreaks: .json)
      diagnostics = [
        Diagnostic(file: file, message: "the file has \(bytes.count) bytes; at most \(bytesMax) are allowed")
      ]
      return
    }
    source = SourceText(text, file: file, lineBreaks: .yaml)
    if let mistake = source.firstForbiddenByte {
      diagnostics = [mistake]
      return
    }
    let first = text.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
    if first == UInt8(ascii: "{") || first == UInt8(ascii: "["), parseJSON(text) { return }
    parseYAML()
  }

  /// Reads the text as JSON; text that is not may still be YAML, whose flow style looks much the same.
  private mutating func parseJSON(_ text: [UInt8]) -> Bool {
    var parser = JSONParser(text, builder: YAMLNodeBuilder(text), nodesMax: Limits.yamlNodesMax)
    guard let root = try? parser.parse(), !parser.builder.sawNUL else { return false }
    self.root = root
    nodeCount = Int(parser.builder.nodeCount)
    source = SourceText(text, file: source.file, lineBreaks: .json)
    return true
  }

  private mutating func parseYAML() {
    var reader = YAMLTreeReader(source)
    do {
      root = try reader.read()
    } catch {
      reader.report(error)
    }
    nodeCount = Int(reader.nodeCount)
    diagnostics = reader.diagnostics
  }
}

extension SourceText {
  /// The first byte that is not part of UTF-8 text, or is NUL.
  fileprivate var firstForbiddenByte: Diagnostic? {
    do {
      _ = try UTF8Span(validating: bytes.span)
    } catch {
      return self.error("the text is not valid UTF-8", at: position(at: error.byteOffsets.lowerBound))
    }
    return bytes.firstIndex(of: 0).map { self.error("the text holds a NUL character", at: position(at: $0)) }
  }
}
