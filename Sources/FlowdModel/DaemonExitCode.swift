/// Exit codes of `flowd` that tell its starter more than that it did not start; after sysexits(3).
package enum DaemonExitCode {
  /// Another daemon has the socket or the state. It may be about to listen, or about to end: it is worth trying again.
  package static let taken: Int32 = 75
}
