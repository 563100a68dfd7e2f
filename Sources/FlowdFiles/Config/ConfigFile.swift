package import FlowdModel

/// The user's configuration file: YAML or JSON in, `Config` out.
package enum ConfigFile {
  /// Reads a configuration file as a whole and finds everything that is wrong with it.
  ///
  /// - Parameters:
  ///   - bytes: The file; one without content is valid and says nothing.
  ///   - file: Its name in diagnostics.
  ///   - home: What `~` stands for in paths; `nil`: nothing.
  /// - Returns: The configuration, `nil` if there is any error, and what was found, in the order of the file.
  package static func parse(_ bytes: [UInt8], file: String, home: String? = nil) -> (Config?, [Diagnostic]) {
    let document = YAMLDocument(parsing: bytes, file: file, bytesMax: Limits.configFileBytesMax)
    guard let root = document.root else {
      return document.diagnostics.isEmpty ? (Config(), []) : (nil, document.diagnostics)
    }
    var reader = ConfigReader(document, home: home)
    let config = reader.config(root)
    return (reader.nodes.hasErrors ? nil : config, reader.nodes.sortedDiagnostics)
  }
}
