/// Whether a provider can be used, as far as can be told without asking a model anything.
package struct ProviderCheck: Equatable, Sendable {
  package enum Answer: String, Equatable, Sendable, CaseIterable {
    case yes, no
    /// Not known, or it does not apply.
    case unknown
  }

  /// The program is there.
  package var installed: Answer
  /// Something answers.
  package var reachable: Answer
  /// It takes the key, or is logged in.
  package var authorised: Answer
  /// Of a program, as it says it.
  package var version: String
  /// As the provider lists them.
  package var models: [String]
  /// What is wrong and what to do, for a person; empty: nothing is known to be wrong.
  package var detail: String

  package init(
    installed: Answer = .unknown, reachable: Answer = .unknown, authorised: Answer = .unknown, version: String = "",
    models: [String] = [], detail: String = ""
  ) {
    self.installed = installed
    self.reachable = reachable
    self.authorised = authorised
    self.version = version
    self.models = models
    self.detail = detail
  }
}
