import CLinux
import FlowdModel
import Glibc
import Testing

@testable import FlowdSteps

/// A folder with what a hostile agent looks for, a process outside that it may attack, and an executor that confines.
final class ConfinedWorld: Sendable {
  let path: String
  let steps: Steps
  let state: String
  private let victim: AttemptID
  let victimPID: String

  init(launcherPath: String = Steps.launcherPath) async throws {
    var template = Array("/var/tmp/flowd-world-XXXXXX".utf8CString)
    try #require(mkdtemp(&template) != nil)
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    let state = "\(path)/state"
    self.state = state
    for name in ["state", "full", "hidden", "work"] { try #require(mkdir("\(path)/\(name)", 0o755) == 0) }
    for (name, text) in [("plain", "plain"), ("full/inner", "inner"), ("hidden/key", "KEY-4711")] {
      try Self.write(text, to: "\(path)/\(name)")
    }
    try #require(symlink("hidden/key", "\(path)/way") == 0)
    let steps = try Steps(launcherPath: launcherPath) { $0.privateDirectory = "\(state)/private" }
    self.steps = steps
    let victim = steps.start(["python3", "-c", Self.victim], directory: path)
    self.victim = victim
    try await eventually("the victim is there") { steps.text(of: victim).hasSuffix("\n") }
    victimPID = String(steps.text(of: victim).dropLast())
  }

  deinit { _ = clinux_remove_tree(path) }

  /// What a victim does: sockets that listen, a secret in its environment, a mark when it is signalled.
  private static let victim = """
    import os, signal, socket
    signal.signal(signal.SIGWINCH, lambda *_: open("hit", "a").write("x"))
    os.setxattr("plain", "user.planted", b"1")
    path, name = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
    path.bind("socket"); path.listen()
    name.bind("\\0" + os.getcwd()); name.listen()
    print(os.getpid(), flush=True)
    while True: signal.pause()
    """

  /// A program of the tests from outside.
  static func agent(_ name: String) -> String {
    let tests = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    return "/\(tests)/outside/agents/\(name)"
  }

  /// As for an agent: nothing may be written, the planted key and the state are hidden.
  var confinement: Confinement { Confinement(hidden: ["\(path)/hidden", state]) }

  var environment: [String] {
    [
      "PATH=/usr/local/bin:/usr/bin:/bin", "HOME=\(path)/work", "TMPDIR=\(path)/work", "HOSTILE_WORLD=\(path)",
      "HOSTILE_NAME=\(path)", "HOSTILE_FLOWD=\(victimPID)",
    ]
  }

  /// Runs the hostile agent and returns what became of each attempt.
  func attempt(_ names: [String], confinement: Confinement?) async throws -> [String: String] {
    // Where nothing keeps a signal back it comes, however slow the machine is.
    let patience = confinement == nil ? ["HOSTILE_PATIENCE=60"] : []
    let attempt = steps.start(
      ["python3", Self.agent("hostile.py")] + names, environment: environment + patience, directory: "\(path)/work",
      confinement: confinement)
    let result = try await steps.result(of: attempt)
    #expect(result.outcome == .exited(0), "\(String(decoding: result.stderr, as: UTF8.self))")
    var outcomes: [String: String] = [:]
    for line in String(decoding: result.stdout, as: UTF8.self).split(separator: "\n") {
      let parts = line.split(separator: " ", maxSplits: 1).map(String.init)
      outcomes[parts[0]] = parts.last
    }
    return outcomes
  }

  /// Runs a shell script, confined.
  func run(
    _ script: String, _ confinement: Confinement? = nil, in directory: String? = nil
  ) async throws -> StepResult {
    let attempt = steps.start(
      ["sh", "-c", script], environment: environment, directory: directory ?? "\(path)/work",
      confinement: confinement ?? self.confinement)
    return try await steps.result(of: attempt)
  }

  /// Whether the process outside has had a signal.
  var wasSignalled: Bool { access("\(path)/hit", F_OK) == 0 }

  /// The names of private directories that are there, but an empty one for the next command.
  var privateDirectories: [String] { Self.names(in: "\(state)/private").filter { $0 != ".spare" } }

  static func names(in path: String) -> [String] {
    guard let directory = opendir(path) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  static func write(_ text: String, to file: String, mode: mode_t = 0o644) throws {
    let raw = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
    try #require(raw >= 0)
    defer { close(raw) }
    #expect(text.withCString { Glibc.write(raw, $0, strlen($0)) } == text.utf8.count)
  }
}

extension StepResult {
  var output: String { String(decoding: stdout, as: UTF8.self) }
  var errors: String { String(decoding: stderr, as: UTF8.self) }
}
