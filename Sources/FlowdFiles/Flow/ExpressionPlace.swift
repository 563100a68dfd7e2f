internal import FlowdModel
internal import FlowdSchema

/// Where an expression stands, which decides what it may read.
struct ExpressionPlace {
  /// Whose results it may read.
  enum Steps {
    /// Nobody's; why, as a sentence.
    case none(String)
    /// Those of steps that this one needs, directly or not.
    case needed(by: Int)
    /// Everybody's.
    case any
  }

  var steps: Steps
  /// What it may read beside `ScopeNames.always`.
  var names: [String] = []
  /// Where the step's own results can be read by their own names.
  var ownKind: StepKind?
  /// Whether the names are kept for a check against the steps they turn out to be for.
  var isDefault = false
  /// Whether `${{ secrets.NAME }}` may stand here.
  var allowsSecrets = false

  static let report = ExpressionPlace(steps: .any)

  static let environment = ExpressionPlace(
    steps: .none("the flow's 'env' is that of every step, so it may not refer to a step's results"))

  static let group = ExpressionPlace(
    steps: .none("'group' is looked at before the first step, so it may not refer to a step's results"))

  static func defaults(_ names: [String] = []) -> ExpressionPlace {
    ExpressionPlace(
      steps: .none("'defaults' are those of every step, so they may not refer to a step's results"), names: names,
      isDefault: true)
  }

  /// The same place for a value that is sent and not looked at.
  var withSecrets: ExpressionPlace {
    var place = self
    place.allowsSecrets = true
    return place
  }

  /// The same place for a value that is used here.
  var withoutSecrets: ExpressionPlace {
    var place = self
    place.allowsSecrets = false
    return place
  }

  static func step(_ index: Int, _ names: [String] = [], own kind: StepKind? = nil) -> ExpressionPlace {
    ExpressionPlace(
      steps: .needed(by: index), names: names + (kind.map { ScopeNames.ownNames(of: $0.rawValue) } ?? []),
      ownKind: kind)
  }
}

/// An expression's text in a scalar, and the way from its bytes to places in the file.
struct ExpressionText {
  /// Without white space around it.
  let source: String
  private let places: ScalarPlaces
  /// Of `source` in the scalar's value, in bytes.
  private let offset: Int
  private let opening: TemplateText.Opening?

  /// - Parameters:
  ///   - start: Where the text begins in the scalar's value, in bytes.
  ///   - opening: The `${{` before it.
  ///   - trimmed: Whether white space around it is cut off.
  init(
    _ text: String, from start: Int, after opening: TemplateText.Opening?, in places: ScalarPlaces, trimmed: Bool = true
  ) {
    let isSpace: (UInt8) -> Bool = { trimmed && [0x20, 0x09, 0x0A, 0x0B, 0x0C, 0x0D].contains($0) }
    let bytes = Array(text.utf8)
    let first = bytes.firstIndex { !isSpace($0) } ?? bytes.count
    let last = bytes.lastIndex { !isSpace($0) } ?? first - 1
    source = String(decoding: bytes[first..<(last + 1)], as: UTF8.self)
    offset = start + first
    self.places = places
    self.opening = opening
  }

  var line: Int { places.line(of: offset, after: opening) }

  /// The place of a byte of `source`.
  func position(of byte: Int = 0) -> SourcePosition { places.position(of: offset + byte, after: opening) }
}
