import FlowdModel
import FlowdWire
import Glibc
import Testing

@testable import FlowdClient

@Suite(.timeLimit(.minutes(3))) struct AutoSpawnTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A daemon that says that it was started, with what, and then waits; the test listens in its stead.
  private func spawn(_ script: String, wait: Duration = .seconds(60)) throws -> AutoSpawn {
    // Made by another process: a file this one has open for writing, if only in a child that another test is about to
    // start, cannot be executed (ETXTBSY).
    try folder.write("#!/bin/sh\n\(script)\n", to: "daemon.text")
    _ = Shell.run("install -m 700 '\(folder.path)/daemon.text' '\(folder.path)/daemon'")
    return AutoSpawn(
      executable: "\(folder.path)/daemon", arguments: ["--idle-exit", "10m"], wait: wait,
      logPath: "\(folder.path)/logs/flowd.log")
  }

  @Test func fiftyClientsStartOneDaemon() async throws {
    let folder = folder
    let spawn = try spawn("echo \"$@\" >> '\(folder.path)/starts'; exec sleep 30")
    let socket = try SocketPath(folder.socket)
    let listening = Locked<TestServer?>(nil)
    Background.start {
      while folder.read("starts").isEmpty { usleep(1000) }
      usleep(50_000)
      let server = try? TestServer(at: folder.socket) { $0.reply(API.DaemonServiceStatusResponse(pid: 7)) }
      listening.withLock { $0 = server }
    }
    let pids = await withTaskGroup(of: Int32?.self) { group in
      for _ in 0..<50 {
        group.addTask {
          let client = FlowdClient(socket: socket, options: .init(autoSpawn: spawn))
          return try? await client.daemon.status().pid
        }
      }
      return await group.reduce(into: [Int32?]()) { $0.append($1) }
    }
    #expect(pids == Array(repeating: 7, count: 50))
    #expect(folder.read("starts") == "--socket \(folder.socket) --idle-exit 10m\n")
  }

  @Test func aDaemonThatEndsAtOnceIsToldWithItsLastWords() async throws {
    let spawn = try spawn("echo one; echo 'config.yaml:3:1: error: unknown key' >&2; exit 3")
    let client = FlowdClient(socket: try SocketPath(folder.socket), options: .init(autoSpawn: spawn))
    let error = await #expect(throws: ClientError.self) { try await client.daemon.status() }
    #expect(
      error?.message == """
        cannot reach the daemon at \(folder.socket): \(folder.path)/daemon exited with 3; the end of its log \
        \(folder.path)/logs/flowd.log:
            one
            config.yaml:3:1: error: unknown key
        """)
  }

  @Test func onlyWhatThisDaemonSaidIsTold() async throws {
    let spawn = try spawn("echo again; exit 1")
    let client = FlowdClient(socket: try SocketPath(folder.socket), options: .init(autoSpawn: spawn))
    for _ in 0..<2 {
      let error = await #expect(throws: ClientError.self) { try await client.daemon.status() }
      #expect(error?.message.split(separator: "\n").count == 2)
    }
    #expect(folder.read("logs/flowd.log") == "again\nagain\n")
  }

  @Test func aDaemonThatAnotherOneKeptOutIsWaitedFor() async throws {
    let folder = folder
    let spawn = try spawn("echo 'another flowd has it'; echo x >> '\(folder.path)/starts'; exit 75")
    let listening = Locked<TestServer?>(nil)
    Background.start {
      while folder.read("starts").isEmpty { usleep(1000) }
      let server = try? TestServer(at: folder.socket) { $0.reply(API.DaemonServiceStatusResponse(pid: 7)) }
      listening.withLock { $0 = server }
    }
    let client = FlowdClient(socket: try SocketPath(folder.socket), options: .init(autoSpawn: spawn))
    #expect(try await client.daemon.status().pid == 7)
  }

  @Test func aDaemonIsStartedAgainOnceTheOneBeforeItHasLeft() async throws {
    let folder = folder
    let spawn = try spawn(
      """
      echo x >> '\(folder.path)/starts'
      [ $(wc -l < '\(folder.path)/starts') -ge 3 ] || exit 75
      exec sleep 3
      """)
    let listening = Locked<TestServer?>(nil)
    Background.start {
      while folder.read("starts") != "x\nx\nx\n" { usleep(1000) }
      let server = try? TestServer(at: folder.socket) { $0.reply(API.DaemonServiceStatusResponse(pid: 7)) }
      listening.withLock { $0 = server }
    }
    let client = FlowdClient(socket: try SocketPath(folder.socket), options: .init(autoSpawn: spawn))
    #expect(try await client.daemon.status().pid == 7)
  }

  @Test func aDaemonThatIsKeptOutForLongIsTold() async throws {
    let spawn = try spawn("echo 'another flowd has it'; exit 75", wait: .milliseconds(200))
    let client = FlowdClient(socket: try SocketPath(folder.socket), options: .init(autoSpawn: spawn))
    let error = await #expect(throws: ClientError.self) { try await client.daemon.status() }
    #expect(error?.message.contains("exited with 75 and nothing listened within 0.2 seconds") == true)
    #expect(error?.message.contains("another flowd has it") == true)
  }

  @Test func aDaemonThatNeverListensIsGivenUp() async throws {
    let spawn = try spawn("exec sleep 30", wait: .milliseconds(200))
    let client = FlowdClient(socket: try SocketPath(folder.socket), options: .init(autoSpawn: spawn))
    let error = await #expect(throws: ClientError.self) { try await client.daemon.status() }
    #expect(error?.message.contains("was started but did not listen within 0.2 seconds") == true)
  }

  @Test func aDaemonThatIsLeavingIsWaitedFor() async throws {
    let folder = folder
    let instance = open("\(folder.socket).instance", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    try #require(instance >= 0 && flock(instance, LOCK_EX | LOCK_NB) == 0)
    let spawn = try spawn(
      "flock -n '\(folder.socket).instance' echo >> '\(folder.path)/starts' || exit 1; exec sleep 30")
    let listening = Locked<TestServer?>(nil)
    Background.start {
      usleep(300_000)  // Not a wait: how long it takes to leave.
      close(instance)
      while folder.read("starts").isEmpty { usleep(1000) }
      let server = try? TestServer(at: folder.socket) { $0.reply(API.DaemonServiceStatusResponse(pid: 7)) }
      listening.withLock { $0 = server }
    }
    let client = FlowdClient(socket: try SocketPath(folder.socket), options: .init(autoSpawn: spawn))
    #expect(try await client.daemon.status().pid == 7)
    #expect(folder.read("starts") == "\n")
  }

  @Test func aMissingProgramIsTold() async throws {
    let spawn = AutoSpawn(executable: "\(folder.path)/none", logPath: "\(folder.path)/log")
    let client = FlowdClient(socket: try SocketPath(folder.socket), options: .init(autoSpawn: spawn))
    let error = await #expect(throws: ClientError.self) { try await client.daemon.status() }
    #expect(error?.message.hasSuffix("cannot start \(folder.path)/none: No such file or directory") == true)
  }

  @Test func theDaemonHasASessionOfItsOwnAndNoTerminal() async throws {
    let spawn = try spawn(
      """
      set -- $(cat /proc/$$/stat)
      echo "$1 $6 $(readlink /proc/$$/fd/0)" > '\(folder.path)/facts.new'
      mv '\(folder.path)/facts.new' '\(folder.path)/facts'
      exit 1
      """)
    let client = FlowdClient(socket: try SocketPath(folder.socket), options: .init(autoSpawn: spawn))
    await #expect(throws: ClientError.self) { try await client.daemon.status() }
    let facts = folder.read("facts").split(whereSeparator: \.isWhitespace)
    #expect(facts.count == 3)
    #expect(facts.first == facts.dropFirst().first)
    #expect(facts.last == "/dev/null")
  }

  @Test func aLongLogIsSetAside() async throws {
    _ = Shell.run("mkdir -p '\(folder.path)/logs'")
    try folder.write(String(repeating: "x", count: Limits.spawnLogBytesMax + 1), to: "logs/flowd.log")
    let spawn = try spawn("echo new; exit 1")
    let client = FlowdClient(socket: try SocketPath(folder.socket), options: .init(autoSpawn: spawn))
    await #expect(throws: ClientError.self) { try await client.daemon.status() }
    #expect(folder.read("logs/flowd.log") == "new\n")
    #expect(folder.read("logs/flowd.log.1").hasPrefix("xxx"))
  }
}
