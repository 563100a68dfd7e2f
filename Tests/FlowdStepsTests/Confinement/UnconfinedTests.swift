import CLinux
import FlowdModel
import Glibc
import Testing

@testable import FlowdSteps

extension CommandTests {
  /// What cannot be confined is not started, and says why.
  @Suite struct UnconfinedTests {
    /// A system call that fails, with an argument that has to match when there is one.
    struct Fault: Sendable, CustomTestStringConvertible {
      var name: String
      var number: Int
      var first: Int?
      var code: Int32
      var says: [String]

      var testDescription: String { "\(name) \(code)" }
    }

    #if arch(x86_64)
      private static let (prctl, seccomp, capset) = (157, 317, 126)
    #else
      private static let (prctl, seccomp, capset) = (167, 277, 91)
    #endif

    static let faults = [
      Fault(name: "landlock_create_ruleset", number: 444, code: ENOSYS, says: ["no Landlock", "5.13"]),
      Fault(name: "landlock_create_ruleset", number: 444, code: EOPNOTSUPP, says: ["switched off", "lsm="]),
      Fault(name: "landlock_add_rule", number: 445, code: ENOMEM, says: ["determined", "ENOMEM"]),
      Fault(name: "landlock_restrict_self", number: 446, code: E2BIG, says: ["Landlock failed", "E2BIG"]),
      Fault(name: "seccomp", number: seccomp, code: EINVAL, says: ["seccomp", "EINVAL"]),
      Fault(name: "no_new_privs", number: prctl, first: 38, code: EPERM, says: ["privileges", "EPERM"]),
    ]

    @Test(arguments: faults)
    func aCommandThatTheKernelCannotConfineIsNotStarted(fault: Fault) async throws {
      let folder = try TemporaryFolder()
      let launcher = try folder.script("flowd-launch", Self.launcher(with: fault))
      let world = try await ConfinedWorld(launcherPath: launcher)
      let result = try await world.run("echo started")
      guard case .agentFailed(.unconfined, let sentence, nil) = result.outcome else {
        Issue.record("\(result.outcome) \(result.errors)")
        return
      }
      for part in fault.says { #expect(sentence.contains(part), "“\(sentence)” should name “\(part)”") }
      #expect(result.output == "")
      #expect(world.privateDirectories == [])
    }

    /// A program that lets one system call fail and becomes the real launcher.
    private static func launcher(with fault: Fault) -> String {
      let check = fault.first.map { "(0x20, 0, 0, 16), (0x15, 0, 1, \($0))," } ?? ""
      return """
        #!/usr/bin/env python3
        import ctypes, os, struct, sys
        code = [(0x20, 0, 0, 0), (0x15, 0, \(fault.first == nil ? 1 : 3), \(fault.number)), \(check)
          (6, 0, 0, 0x00050000 | \(fault.code)), (6, 0, 0, 0x7fff0000)]
        program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *word) for word in code))
        prctl = ctypes.CDLL(None, use_errno=True).prctl
        assert prctl(38, 1, 0, 0, 0) == 0
        assert prctl(22, 2, struct.pack("HxxxxxxQ", len(code), ctypes.addressof(program)), 0, 0) == 0
        os.execv("\(Steps.launcherPath)", sys.argv)
        """
    }

    @Test func tooManyEntriesAroundWhatIsHiddenAreRefused() async throws {
      let world = try await ConfinedWorld()
      for number in 0...Int(FLOWD_LAUNCH_RULES_MAX) {
        let file = open("\(world.path)/full/\(number)", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        try #require(file >= 0)
        close(file)
      }
      let result = try await world.run("echo started", Confinement(hidden: ["\(world.path)/full/inner"]))
      guard case .agentFailed(.unconfined, let sentence, nil) = result.outcome else {
        Issue.record("\(result.outcome)")
        return
      }
      #expect(sentence.contains("\(FLOWD_LAUNCH_RULES_MAX)"))
      #expect(try await world.run("echo started", Confinement(hidden: ["\(world.path)/full"])).output == "started\n")
    }

    @Test func aConfinementThatCannotBeToldIsRefused() async throws {
      let world = try await ConfinedWorld()
      let tooMany = Array(repeating: "/nowhere", count: Limits.confinementPathsMax + 1)
      for confinement in [
        Confinement(hidden: ["relative"]), Confinement(writable: [""]), Confinement(hidden: tooMany),
        Confinement(writable: tooMany),
      ] {
        guard case .agentFailed(.unconfined, _, nil) = try await world.run("echo started", confinement).outcome else {
          Issue.record("\(confinement.hidden.first ?? "") was taken")
          continue
        }
      }
      let most = Confinement(hidden: Array(tooMany.dropLast()))
      #expect(try await world.run("echo started", most).output == "started\n")
    }

    @Test func withoutAPlaceForPrivateDirectoriesNothingIsConfined() async throws {
      let steps = try Steps()
      let result = try await steps.result(of: steps.start(["true"], confinement: Confinement()))
      guard case .agentFailed(.unconfined, let sentence, nil) = result.outcome else {
        Issue.record("\(result.outcome)")
        return
      }
      #expect(sentence.contains("private directories"))
    }

    @Test func aPrivateDirectoryThatCannotBeMadeIsASentence() async throws {
      let world = try await ConfinedWorld()
      try #require(rmdir("\(world.state)/private") == 0)
      guard case .notStarted(let sentence) = try await world.run("echo started").outcome else {
        Issue.record("it was started")
        return
      }
      #expect(sentence.contains("private directory") && sentence.contains("ENOENT"))
    }

    @Test func leftoversAreSweptAtTheNextStart() async throws {
      let folder = try TemporaryFolder()
      let place = "\(folder.path)/private"
      for name in ["", "/left", "/left/deep"] { try #require(mkdir(place + name, 0o755) == 0) }
      try ConfinedWorld.write("text", to: "\(place)/left/deep/file")
      let steps = try Steps { $0.privateDirectory = place }
      try await eventually("the leftovers are gone") { ConfinedWorld.names(in: place) == [] }
      var status = stat()
      #expect(stat(place, &status) == 0 && status.st_mode & 0o777 == 0o700)
      steps.executor.shutdown()
      rmdir(place)
    }

    @Test func aKilledLaunchersPrivateDirectoryIsRemoved() async throws {
      let world = try await ConfinedWorld()
      let attempt = world.steps.start(
        ["sh", "-c", "echo x > \"$TMPDIR/file\"; echo ready; sleep 100"], environment: world.environment,
        confinement: world.confinement)
      try await eventually("it runs") { world.steps.text(of: attempt) == "ready\n" }
      let launcher = try #require(world.steps.launcher(of: attempt))
      kill(launcher.pid, SIGKILL)
      #expect(try await world.steps.result(of: attempt).outcome == .signalled(SIGKILL))
      #expect(world.privateDirectories == [])
    }
  }
}
