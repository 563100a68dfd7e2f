internal import FlowdModel

/// Why a flow could not be found.
package enum FlowCatalogError: Error, Equatable, Sendable {
  /// The id is not one; no file was looked at.
  case invalidID(String, reason: String)
  /// No place has it; `suggestion` is an id nearby that exists.
  case notFound(String, suggestion: String?)
  /// The first place that has it has it in a form that cannot be read; later places were not asked.
  case unreadable(String, FileReadError)

  /// A sentence for the caller.
  package var message: String {
    switch self {
    case .invalidID(let id, let reason): "the flow id \(quoted(id)) \(reason)"
    case .notFound(let id, let suggestion):
      "there is no flow \(quoted(id))" + (suggestion.map { "; did you mean \(quoted($0))?" } ?? "")
    case .unreadable(let id, let error): "the flow \(quoted(id)): \(error.path) \(error.message)"
    }
  }
}
