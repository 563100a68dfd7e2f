/// What Lua source mentions, found without running it. Offsets are in bytes, from 0.
package struct ScannedNames: Equatable, Sendable {
  /// A global name or an input.
  package struct Name: Equatable, Sendable {
    package var name: String
    package var offset: Int
  }

  /// `steps.ID.FIELD`, `steps['ID'].FIELD` or `steps["ID"]`.
  package struct Step: Equatable, Sendable {
    package var id: String
    /// `nil`: the step is used in another way: as a whole, as a list, with a computed field.
    package var field: String?
    /// Of `steps`.
    package var offset: Int
  }

  /// Asks how the run goes.
  package enum StatusFunction: String, CaseIterable, Sendable {
    case always, success, failure, cancelled
  }

  package var steps: [Step] = []
  /// `inputs.NAME` and `inputs['NAME']`.
  package var inputs: [Name] = []
  /// `steps` is used without the name of a step: any may be read.
  package var readsAnyStep = false
  /// `inputs` is used without the name of an input.
  package var readsAnyInput = false
  package var statusFunctions: Set<StatusFunction> = []
  /// Names that are neither fields nor declared somewhere in the source, `steps`, `inputs` and the functions among
  /// them; each as often as it is mentioned.
  package var globals: [Name] = []
}
