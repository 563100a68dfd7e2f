package import FlowdModel

/// How a daemon is started, after the command line, the environment and the defaults were looked at.
package struct DaemonOptions: Sendable, Equatable {
  package var socket: String
  /// The directory of the database.
  package var state: String
  /// The configuration file; it need not exist.
  package var config: String
  /// The user's flows are in `flows/` beneath it.
  package var configDirectory: String
  /// `nil`: runs until it is told to stop.
  package var idleExit: Duration?
  /// `nil`: as the configuration says.
  package var logFormat: LogSettings.Format?
  package var logLevel: LogSettings.Level?
  /// Of runs that are started without one.
  package var umask = FileMask.ownerOnly

  /// Where the executor of `http` steps keeps cookies and long bodies of runs.
  var httpDirectory: String { "\(state)/http" }

  package init(
    socket: String, state: String, config: String, configDirectory: String, idleExit: Duration? = nil,
    logFormat: LogSettings.Format? = nil, logLevel: LogSettings.Level? = nil
  ) {
    self.socket = socket
    self.state = state
    self.config = config
    self.configDirectory = configDirectory
    self.idleExit = idleExit
    self.logFormat = logFormat
    self.logLevel = logLevel
  }
}
