/// Why the store did not do what it was asked.
package struct StoreError: Error, Equatable, Sendable, CustomStringConvertible {
  package enum Kind: Equatable, Sendable {
    /// The disk is full: the transaction is absent.
    case full
    /// Reading or writing failed: whether a commit is on disk is not known.
    case io
    /// Somebody else holds the database.
    case busy
    /// The file is not a sound database.
    case corrupt
    /// The file was written by a later version.
    case tooNew
    case other
  }

  package let kind: Kind
  /// SQLite's extended result code; 0 when SQLite was not involved.
  package let code: Int32
  /// What was being done and what went wrong.
  package let message: String

  package init(kind: Kind, code: Int32 = 0, message: String) {
    self.kind = kind
    self.code = code
    self.message = message
  }

  package var description: String { code == 0 ? message : "\(message) (SQLite \(code))" }
}
