internal import FlowdModel

/// Finds personas and contracts: those of the workspace, then the user's, then the built-in ones; the first with a name
/// wins, also when it cannot be read.
///
/// A document is the whole of `NAME.md` in `personas/` or `contracts/`. Files are read each time.
struct DocumentLibrary {
  /// Each may hold `personas/` and `contracts/`.
  private let directories: [String]
  private let unknownNames: UnknownNames

  /// - Parameters:
  ///   - workspace: An absolute path, or `nil`.
  ///   - configDirectory: An absolute path, or `nil`.
  init(workspace: String?, configDirectory: String?, unknownNames: UnknownNames = .refused) {
    self.unknownNames = unknownNames
    directories = [workspace.map { $0 + "/.flowd" }, configDirectory].compactMap { $0 }
  }

  /// The documents that are named, each once, in the order of their names' first places.
  ///
  /// - Parameter file: Of the flow, in what is reported.
  func documents(
    for references: [DocumentReference], file: String
  ) -> (documents: [FlowDocument], problems: [Diagnostic]) {
    var documents: [FlowDocument] = []
    var seen: Set<Key> = []
    var problems: [Diagnostic] = []
    var byteCount = 0
    for reference in references where seen.insert(Key(reference)).inserted {
      do throws(Mistake) {
        let document = try document(reference.kind, reference.name)
        documents.append(document)
        byteCount += document.text.utf8.count
        if documents.count > Limits.documentsMax {
          throw Mistake("at most \(Limits.documentsMax) documents are allowed")
        }
        if byteCount > Limits.documentsBytesMax {
          throw Mistake("with it the documents have more than \(Limits.documentsBytesMax) bytes")
        }
      } catch {
        problems.append(
          Diagnostic(
            severity: error.severity, file: file, line: Int(reference.position.line),
            column: Int(reference.position.column),
            message: error.message))
      }
      guard problems.count < Limits.diagnosticsMax, documents.count <= Limits.documentsMax else { break }
    }
    return (documents, problems)
  }

  private struct Key: Hashable {
    let kind: FlowDocument.Kind
    let name: ExactName

    init(_ reference: DocumentReference) {
      kind = reference.kind
      name = ExactName(reference.name)
    }
  }

  private struct Mistake: Error {
    let message: String
    let severity: Diagnostic.Severity

    init(_ message: String, _ severity: Diagnostic.Severity = .error) {
      self.message = message
      self.severity = severity
    }
  }

  private func document(_ kind: FlowDocument.Kind, _ name: String) throws(Mistake) -> FlowDocument {
    for directory in directories {
      let path = "\(directory)/\(kind.directory)/\(name)\(Self.suffix)"
      do throws(FileReadError) {
        let bytes = try RegularFile.read(path, bytesMax: Limits.documentBytesMax)
        return FlowDocument(kind: kind, name: name, text: try text(of: bytes, path))
      } catch {
        guard error.reason == .absent else {
          throw Mistake("the \(kind.rawValue) \(quoted(name)): \(error.path) \(error.message)")
        }
      }
    }
    let builtIn = BuiltInDocument.all.first { $0.kind == kind && ExactName($0.name) == ExactName(name) }
    if let builtIn { return builtIn }
    let hint = NearMiss.hint(for: name, among: names(of: kind))
    throw Mistake(
      "unknown \(kind.rawValue) \(quoted(name))\(hint)\(unknownNames.explanation)", unknownNames.severity)
  }

  private func text(of bytes: [UInt8], _ path: String) throws(FileReadError) -> String {
    guard let text = String(validating: bytes, as: UTF8.self),
      bytes.allSatisfy({ $0 >= 0x20 || Self.spaces.contains($0) })
    else { throw FileReadError(path: path, reason: .notText) }
    return text
  }

  private static let suffix = ".md"
  private static let spaces: [UInt8] = [0x09, 0x0A, 0x0C, 0x0D]

  /// All that could have been meant; of directories that cannot be read, nothing.
  private func names(of kind: FlowDocument.Kind) -> [String] {
    var names = BuiltInDocument.all.filter { $0.kind == kind }.map(\.name)
    for directory in directories {
      guard var reader = try? DirectoryReader.open("\(directory)/\(kind.directory)") else { continue }
      for _ in 0..<Limits.directoryEntriesMax {
        guard let name = reader.next() else { break }
        if name.hasSuffix(Self.suffix), !name.hasPrefix(".") { names.append(String(name.dropLast(Self.suffix.count))) }
      }
    }
    return names
  }
}

extension FlowDocument.Kind {
  fileprivate var directory: String {
    switch self {
    case .persona: "personas"
    case .contract: "contracts"
    }
  }
}
