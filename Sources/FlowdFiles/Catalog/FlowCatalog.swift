package import FlowdModel

/// Finds flows: those of the workspace, then the user's, then the built-in ones; the first with an id wins. What their
/// agents are given comes with them.
///
/// In one directory `ID.flow.yaml` wins over `ID.flow.yml` and that over `ID.flow.json`. Files are read each time, so a
/// change shows at once; what was parsed is kept for as long as a file's bytes are the same.
package struct FlowCatalog: Sendable {
  /// Holds `flows/`, `personas/` and `contracts/`; absolute. `nil` for a user without one.
  private let configDirectory: String?
  private let builtIns: [BuiltInFlow]
  private let parsed = ParsedFlows()

  package init(configDirectory: String?, builtIns: [BuiltInFlow] = BuiltInFlow.all) {
    self.configDirectory = configDirectory
    self.builtIns = builtIns
  }

  /// A flow and where it was found. `result` says whether it may be run.
  package struct Found: Equatable, Sendable {
    package var id: String
    package var bytes: [UInt8]
    /// Absolute; of a built-in flow `builtin:ID`.
    package var path: String
    package var source: FlowSource
    package var result: FlowFileResult
    /// The flow with those that its steps run; `nil` when one of them is not valid.
    package var pinned: PinnedDefinition?
  }

  /// A flow in a list.
  package struct Entry: Equatable, Sendable {
    package var id: String
    /// The id where the file cannot be read or is wrong.
    package var name: String
    package var description = ""
    package var path: String
    package var source: FlowSource
    /// Empty where the file cannot be read or is wrong.
    package var hash: String
    package var diagnostics: [Diagnostic]
  }

  /// The flows of a list, and the directories that could not be read.
  package struct Listing: Equatable, Sendable {
    /// By id, in the order of its bytes.
    package var entries: [Entry] = []
    package var diagnostics: [Diagnostic] = []
  }

  /// Finds and reads a flow and those that its steps run.
  ///
  /// - Parameters:
  ///   - id: Checked before any file is looked at.
  ///   - workspace: An absolute path, or `nil`.
  package func find(id: String, workspace: String?) throws(FlowCatalogError) -> Found {
    var resolver = resolver(workspace)
    return resolved(try read(id: id, workspace: workspace), &resolver)
  }

  /// Reads a flow file that is not in the catalogue, with the flows that its steps run.
  ///
  /// - Parameters:
  ///   - id: As which the flow would be found.
  ///   - file: The file's name in diagnostics.
  ///   - workspace: Where what it names is looked for before the user's and the built-in ones; an absolute path. Without
  ///     one, a name that these do not have is told as a warning, and the result has no hash.
  package func check(_ bytes: [UInt8], id: String, file: String, workspace: String?) -> FlowFileResult {
    let unknownNames = workspace == nil ? UnknownNames.toldWithoutWorkspace : .refused
    var resolver = resolver(workspace, unknownNames)
    var result = FlowFile.parse(bytes, id: id, file: file)
    let (documents, problems) = library(workspace, unknownNames).documents(for: result.documentReferences, file: file)
    result = problems.isEmpty ? result.adding(documents, file: file) : result.adding(problems)
    return resolver.resolve(result, id: id, file: file).0
  }

  private func read(id: String, workspace: String?) throws(FlowCatalogError) -> Found {
    if let reason = FlowID.mistake(in: id) { throw .invalidID(id, reason: reason) }
    for place in places(workspace) {
      for suffix in Self.suffixes {
        let path = "\(place.directory)/\(id)\(suffix)"
        do {
          let bytes = try RegularFile.read(path, bytesMax: Limits.flowFileBytesMax)
          return found(id, bytes, path: path, place.source, workspace)
        } catch {
          guard error.reason == .absent else { throw .unreadable(id, error) }
        }
      }
    }
    if let builtIn = builtIns.first(where: { ExactName($0.id) == ExactName(id) }) {
      return found(id, builtIn.bytes, path: builtIn.path, .builtin, workspace)
    }
    let ids = names(workspace).files.map(\.id) + builtIns.map(\.id)
    throw .notFound(id, suggestion: NearMiss.nearest(to: id, among: ids))
  }

  /// Reads every flow that `find` would find; what is wrong with one is in its entry.
  ///
  /// - Parameter workspace: An absolute path, or `nil`.
  package func list(workspace: String?) -> Listing {
    let (files, diagnostics) = names(workspace)
    var seen: Set<ExactName> = []
    var listing = Listing(diagnostics: diagnostics)
    var resolver = resolver(workspace)
    for file in files where seen.insert(ExactName(file.id)).inserted {
      listing.entries.append(entry(file, workspace, &resolver))
    }
    for builtIn in builtIns where seen.insert(ExactName(builtIn.id)).inserted {
      let found = found(builtIn.id, builtIn.bytes, path: builtIn.path, .builtin, workspace)
      listing.entries.append(entry(resolved(found, &resolver)))
    }
    listing.entries.sort { $0.id.utf8.lexicographicallyPrecedes($1.id.utf8) }
    return listing
  }

  // MARK: places

  private static let suffixes = [".flow.yaml", ".flow.yml", ".flow.json"]

  private struct Place {
    var directory: String
    var source: FlowSource
  }

  private struct File {
    var id: String
    var path: String
    var source: FlowSource
  }

  private func places(_ workspace: String?) -> [Place] {
    var places: [Place] = []
    if let workspace { places.append(Place(directory: workspace + "/.flowd/flows", source: .workspace)) }
    if let configDirectory { places.append(Place(directory: configDirectory + "/flows", source: .user)) }
    return places
  }

  /// The flow files of all directories, winners before those they hide. Hidden files are not flows.
  private func names(_ workspace: String?) -> (files: [File], diagnostics: [Diagnostic]) {
    var files: [File] = []
    var diagnostics: [Diagnostic] = []
    for place in places(workspace) {
      do {
        guard var directory = try DirectoryReader.open(place.directory) else { continue }
        var names: [String] = []
        var looked = 0
        while let name = directory.next() {
          looked += 1
          guard looked <= Limits.directoryEntriesMax else {
            let message = "only \(Limits.directoryEntriesMax) files of the directory were looked at"
            diagnostics.append(Diagnostic(severity: .warning, file: place.directory, message: message))
            break
          }
          if !name.hasPrefix(".") { names.append(name) }
        }
        for suffix in Self.suffixes {
          for name in names where name.hasSuffix(suffix) {
            let id = String(name.dropLast(suffix.count))
            files.append(File(id: id, path: "\(place.directory)/\(name)", source: place.source))
          }
        }
      } catch {
        diagnostics.append(Diagnostic(file: error.path, message: "the directory \(error.message)"))
      }
    }
    return (files, diagnostics)
  }

  // MARK: entries

  private func resolver(_ workspace: String?, _ unknownNames: UnknownNames = .refused) -> SubflowResolver {
    SubflowResolver(unknownNames: unknownNames) { (id) throws(FlowCatalogError) in
      try read(id: id, workspace: workspace)
    }
  }

  private func resolved(_ found: Found, _ resolver: inout SubflowResolver) -> Found {
    var found = found
    (found.result, found.pinned) = resolver.resolve(found.result, id: found.id, file: found.path)
    return found
  }

  private func library(_ workspace: String?, _ unknownNames: UnknownNames = .refused) -> DocumentLibrary {
    DocumentLibrary(workspace: workspace, configDirectory: configDirectory, unknownNames: unknownNames)
  }

  private func found(
    _ id: String, _ bytes: [UInt8], path: String, _ source: FlowSource, _ workspace: String?
  ) -> Found {
    let result = parsed.parse(bytes, id: id, file: path, library(workspace))
    return Found(id: id, bytes: bytes, path: path, source: source, result: result)
  }

  private func entry(_ found: Found) -> Entry {
    Entry(
      id: found.id, name: found.result.definition?.name ?? found.id,
      description: found.result.definition?.description ?? "", path: found.path, source: found.source,
      hash: found.result.hash, diagnostics: found.result.diagnostics)
  }

  private func entry(_ file: File, _ workspace: String?, _ resolver: inout SubflowResolver) -> Entry {
    var message: String
    if let reason = FlowID.mistake(in: file.id) {
      message = "the flow id \(quoted(file.id)) \(reason)"
    } else {
      do {
        let bytes = try RegularFile.read(file.path, bytesMax: Limits.flowFileBytesMax)
        return entry(resolved(found(file.id, bytes, path: file.path, file.source, workspace), &resolver))
      } catch {
        message = "the file \(error.message)"
      }
    }
    let diagnostic = Diagnostic(file: file.path, message: message)
    return Entry(
      id: file.id, name: file.id, path: file.path, source: file.source, hash: "", diagnostics: [diagnostic])
  }
}
