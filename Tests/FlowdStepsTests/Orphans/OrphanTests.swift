import CLinux
import FlowdModel
import Glibc
import Testing

@testable import FlowdSteps

extension CommandTests {
  /// A launcher whose owner is another process, which can be killed as a daemon is.
  @Suite struct Orphans {
    @Test func theLauncherEndsItsTreeWhenItsOwnerIsKilled() async throws {
      let folder = try TemporaryFolder()
      let owned = try Owned(
        script: "setsid sleep 1000 & trap '' TERM; echo $$ > command; while :; do sleep 1; done", in: folder,
        graceMs: 200)
      try await eventually("the command runs") { folder.number(in: "command") != nil }
      #expect(try #require(OrphanScan(attempts: [owned.attempt]).run()).count >= 3)
      owned.killOwner()
      try await eventually("the launcher has ended") { !owned.launcher.isAlive }
      #expect(OrphanScan(attempts: [owned.attempt]).run() == [])
    }

    @Test func theReaperLeavesTheWorkToLaunchersThatDoIt() async throws {
      let folder = try TemporaryFolder()
      let owned = try Owned(script: "echo $$ > command; exec sleep 1000", in: folder, graceMs: 5_000)
      try await eventually("the command runs") { folder.number(in: "command") != nil }
      owned.killOwner()
      #expect(OrphanReaper.end(attempts: [owned.attempt], identities: [owned.launcher]) == [])
      #expect(!owned.launcher.isAlive)
    }

    @Test func theReaperEndsWhatAKilledLauncherLeft() async throws {
      let folder = try TemporaryFolder()
      let owned = try Owned(
        script: "(trap '' TERM; setsid sleep 1000) & echo $$ > command; kill -9 $PPID; exec sleep 1000", in: folder,
        graceMs: 5_000)
      try await eventually("the launcher is dead") { !owned.launcher.isAlive && folder.number(in: "command") != nil }
      owned.killOwner()
      let command = try #require(folder.number(in: "command"))
      let other = AttemptID(run: owned.attempt.run, step: 4, attempt: 1)
      #expect(OrphanReaper.end(attempts: [other], identities: [], grace: .milliseconds(10)) == [])
      let ended = OrphanReaper.end(
        attempts: [owned.attempt], identities: [owned.launcher], grace: .milliseconds(200))
      #expect(ended.contains(command))
      #expect(OrphanScan(attempts: [owned.attempt]).run() == [])
    }

    @Test func theReaperEndsALauncherThatDoesNotCarryOn() async throws {
      let folder = try TemporaryFolder()
      let owned = try Owned(
        script: "trap '' TERM; echo $$ > command; while :; do kill -STOP $PPID; done", in: folder, graceMs: 60_000)
      try await eventually("the command runs") { folder.number(in: "command") != nil }
      owned.killOwner()
      let ended = OrphanReaper.end(
        attempts: [owned.attempt], identities: [owned.launcher], grace: .milliseconds(100),
        launcherPatience: .milliseconds(200))
      #expect(ended.contains(owned.launcher.pid))
      #expect(OrphanScan(attempts: [owned.attempt]).run() == [])
    }

    @Test func aRecycledNumberIsNotHit() async throws {
      let steps = try Steps()
      let attempt = steps.start(shell: "exec sleep 1000")
      try await eventually("launched") { steps.launcher(of: attempt) != nil }
      let launcher = try #require(steps.launcher(of: attempt))
      let earlier = ProcessIdentity(pid: launcher.pid, startTicks: launcher.startTicks - 1)
      #expect(canBeOpened(launcher) && !canBeOpened(earlier))
      #expect(OrphanReaper.end(attempts: [], identities: [earlier], launcherPatience: .zero) == [])
      #expect(launcher.isAlive)
      steps.executor.terminate(attempt)
      _ = try await steps.result(of: attempt)
    }

    private func canBeOpened(_ identity: ProcessIdentity) -> Bool {
      guard ProcessHandle(identity)?.descriptor.raw != nil else { return false }
      return true
    }

    @Test func aLauncherWhoseOwnerDiedBeforeItBeganStartsNothing() async throws {
      let folder = try TemporaryFolder()
      let owned = try Owned(script: "touch ran", in: folder, graceMs: 100, ownerIsDead: true)
      try await eventually("the launcher has ended") { !owned.launcher.isAlive }
      #expect(folder.contents == [])
    }
  }
}

/// A launcher whose control socket is held by a process that stands for the daemon.
private final class Owned {
  let attempt = AttemptID.unique()
  private(set) var launcher: ProcessIdentity
  private var owner: Int32 = 0
  private let control: Int32

  init(script: String, in folder: TemporaryFolder, graceMs: Int, ownerIsDead: Bool = false) throws {
    let null = open("/dev/null", O_RDWR | O_CLOEXEC)
    var ends: [Int32] = [-1, -1]
    try #require(socketpair(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0)
    defer { for raw in [null, ends[0], ends[1]] { close(raw) } }
    if ownerIsDead {
      close(ends[0])
      ends[0] = dup(null)
    }
    owner = try Self.spawn("/bin/sleep", ["sleep", "1000"], [], null, ends[0])
    let pid = try Self.spawn(
      Steps.launcherPath, ["flowd-launch", "\(graceMs)", "300", folder.path, "--", "/bin/sh", "-c", script],
      [AttemptToken.entry(for: attempt), "PATH=/usr/bin:/bin"], null, ends[1])
    launcher = try #require(ProcessStatus(of: pid)).identity
    control = ends[0]
  }

  private static func spawn(
    _ file: String, _ words: [String], _ environment: [String], _ output: Int32, _ control: Int32
  ) throws -> Int32 {
    let arguments = CStringArray(words)
    let environment = CStringArray(environment)
    var pid: Int32 = 0
    let code = clinux_spawn(
      &pid, file, try #require(arguments.pointers.baseAddress), try #require(environment.pointers.baseAddress), -1,
      output, output, control)
    try #require(code == 0)
    return pid
  }

  func killOwner() {
    guard owner > 0 else { return }
    kill(owner, SIGKILL)
    waitpid(owner, nil, 0)
    owner = 0
  }

  deinit {
    killOwner()
    kill(launcher.pid, SIGKILL)
    waitpid(launcher.pid, nil, 0)
    _ = OrphanReaper.end(OrphanScan(attempts: [attempt]), grace: .zero)
  }
}
