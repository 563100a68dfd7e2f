import FlowdClient
import FlowdModel
import FlowdWire
import Glibc
import Testing

@testable import FlowdCLI

/// A home of its own with the real daemon, which the first command starts and the end of the sandbox ends.
final class Sandbox: Sendable {
  struct Outcome: Sendable {
    var code: ExitCode
    var output: String
    var errors: String
  }

  let path: String

  init() throws {
    var template = Array("/tmp/flowd-cli-XXXXXX".utf8CString)
    path = try #require(mkdtemp(&template).map { String(cString: $0) })
    for directory in ["work", "work/.flowd", "work/.flowd/flows", "run", "state", "config"] {
      try #require(mkdir("\(path)/\(directory)", 0o700) == 0)
    }
  }

  deinit {
    if let status = try? FlowdClient(socket: SocketPath(socket), options: .init(autoSpawn: nil)).send(
      API.DaemonStatus.self, .init()
    ).wait() {
      kill(status.pid, SIGTERM)
    }
    let shell: [String] = ["/bin/sh", "-c", "rm -rf '\(path)'"]
    var argv: [UnsafeMutablePointer<CChar>?] = shell.map { strdup($0) } + [nil]
    var pid: pid_t = 0
    if posix_spawn(&pid, "/bin/sh", nil, nil, &argv, environ) == 0 { waitpid(pid, nil, 0) }
    for argument in argv { free(argument) }
  }

  var socket: String { "\(path)/run/flowd/flowd.sock" }
  var workspace: String { "\(path)/work" }

  func write(flow name: String, _ text: String) throws {
    try write("\(workspace)/.flowd/flows/\(name).flow.yaml", text)
  }

  func write(config text: String) throws {
    mkdir("\(path)/config/flowd", 0o700)
    try write("\(path)/config/flowd/config.yaml", text)
  }

  private func write(_ file: String, _ text: String) throws {
    let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    try #require(descriptor >= 0)
    let bytes = Array(text.utf8)
    #expect(Glibc.write(descriptor, bytes, bytes.count) == bytes.count)
    close(descriptor)
  }

  /// Runs one command as a shell in the workspace would, with its output piped.
  func run(_ words: String..., environment more: [String: String] = [:]) async -> Outcome {
    let environment = [
      "XDG_RUNTIME_DIR": "\(path)/run", "XDG_STATE_HOME": "\(path)/state", "XDG_CONFIG_HOME": "\(path)/config",
      "HOME": path, "PATH": "/usr/bin:/bin",
    ].merging(more) { $1 }
    let workspace = workspace
    return await withCheckedContinuation { continuation in
      ClientThread.start {
        let (output, errors) = (TextOutput(nil), TextOutput(nil))
        let code = Program.run(
          words, environment: environment, directory: workspace, output, errors, Terminal())
        continuation.resume(returning: Outcome(code: code, output: output.text, errors: errors.text))
      }
    }
  }
}
