/// Options of every command.
package enum GlobalOptions {
  static let socket = Option("socket", "PATH", "The daemon's socket instead of the usual one", completion: .file)
  static let session = Option(
    "session", short: "s", "ID", "The session, instead of $FLOWD_SESSION or the workspace's selected one",
    completion: .session)
  static let json = Flag("json", "JSON on standard output")
  static let noSpawn = Flag("no-spawn", "Do not start a daemon when none is running")
  static let timeout = Option(duration: "timeout", "TIME", "How long a call may take; default 30s")
  static let help = Flag("help", short: "h", "Show help")

  static let all: [any OptionDeclaration] = [socket, session, json, noSpawn, timeout, help]
}
