import FlowdModel
import Glibc
import Testing

@testable import FlowdSteps

extension CommandTests {
  @Suite struct Start {
    @Test func environmentIsExactlyTheOneGivenAndTheToken() async throws {
      let steps = try Steps()
      let given = ["PATH=/usr/bin:/bin", "B=2", "A=one two", "EMPTY=", "UMLAUT=ä\nnext line", "FLOWD_ATTEMPT=outer"]
      let attempt = steps.start(["env", "-0"], environment: given)
      let result = try await steps.result(of: attempt)
      let entries = String(decoding: result.stdout, as: UTF8.self).split(separator: "\u{FFFD}").map(String.init)
      let token = "FLOWD_ATTEMPT=\(attempt.run)/3/1"
      #expect(entries == [token] + given.dropLast())
    }

    @Test func argumentsArriveAsTheyAre() async throws {
      let steps = try Steps()
      let words = ["", " ", "a b", "$HOME", "*", "--", "'\"\\", "ä€𝄞", "line\nline"]
      let attempt = steps.start(["printf", "%s\\n<>\\n"] + words)
      let text = String(decoding: try await steps.result(of: attempt).stdout, as: UTF8.self)
      #expect(text == words.map { "\($0)\n<>\n" }.joined())
    }

    @Test func directoryIsTheOneGiven() async throws {
      let steps = try Steps()
      let folder = try TemporaryFolder()
      let result = try await steps.result(of: steps.start(["pwd", "-P"], directory: folder.path))
      #expect(String(decoding: result.stdout, as: UTF8.self) == folder.path + "\n")
    }

    @Test(arguments: [0, 0o002, 0o022, 0o077, 0o777] as [UInt32])
    func theMaskIsTheOneOfTheRequest(_ bits: UInt32) async throws {
      let steps = try Steps()
      let folder = try TemporaryFolder()
      let script = "umask; >file; mkdir folder; stat -c %a file folder"
      let attempt = steps.start(["sh", "-c", script], directory: folder.path, umask: FileMask(bits))
      let text = String(decoding: try await steps.result(of: attempt).stdout, as: UTF8.self)
      let modes = [0o666 & ~bits, 0o777 & ~bits].map { String($0, radix: 8) }
      let mask = String(bits, radix: 8)
      let shown = String(repeating: "0", count: 4 - mask.count) + mask
      #expect(text.split(separator: "\n").map(String.init) == [shown] + modes)
    }

    @Test func inputIsEmptyAndDescriptorsAreThreeOnly() async throws {
      let steps = try Steps()
      let script = "readlink /proc/self/fd/0; wc -c; seq 0 64 | while read i; do [ -e /proc/$$/fd/$i ] && echo $i; done"
      // The shell's own script descriptor does not exist: the script is an argument.
      let result = try await steps.result(of: steps.start(shell: script))
      #expect(String(decoding: result.stdout, as: UTF8.self) == "/dev/null\n0\n0\n1\n2\n")
    }

    @Test func noSignalIsBlockedOrIgnored() async throws {
      let steps = try Steps()
      let attempt = steps.start(["grep", "-E", "^Sig(Blk|Ign)|^ShdPnd|^NoNewPrivs", "/proc/self/status"])
      let text = String(decoding: try await steps.result(of: attempt).stdout, as: UTF8.self)
      #expect(text.contains("SigBlk:\t0000000000000000") && text.contains("SigIgn:\t0000000000000000"), "\(text)")
    }

    @Test func everyCommandHasAGroupAndItsLauncherASession() async throws {
      let steps = try Steps()
      let attempt = steps.start(shell: "cut -d' ' -f1,4,5,6 /proc/$$/stat")
      let text = String(decoding: try await steps.result(of: attempt).stdout, as: UTF8.self)
      let numbers = text.split(whereSeparator: \.isWhitespace).compactMap { Int32($0) }
      try #require(numbers.count == 4)
      let launcher = try #require(steps.launcher(of: attempt))
      #expect(numbers == [numbers[0], launcher.pid, numbers[0], launcher.pid])
      #expect(launcher.startTicks > 0)
    }

    @Test func programsAreLookedUpInThePathOfTheRequest() async throws {
      let steps = try Steps()
      let folder = try TemporaryFolder()
      _ = try folder.script("tool-of-this-test", "#!/bin/sh\necho found\n")
      let attempt = steps.start(["tool-of-this-test"], environment: ["PATH=/nowhere:\(folder.path)"])
      #expect(try await steps.result(of: attempt).stdout == Array("found\n".utf8))
      // An empty element is the working directory.
      let local = steps.start(["tool-of-this-test"], environment: ["PATH=/bin:"], directory: folder.path)
      #expect(try await steps.result(of: local).stdout == Array("found\n".utf8))
      let without = steps.start(["true"], environment: [])
      #expect(try await steps.result(of: without).outcome == .exited(0))
    }

    @Test func failuresToStartSayWhatWhereAndWhatToDo() async throws {
      let steps = try Steps()
      let folder = try TemporaryFolder()
      let plain = try folder.script("plain", "text", mode: 0o644)
      let broken = try folder.script("broken", "#!/no/such/interpreter\n")
      let headless = try folder.script("headless", "echo not a script for the kernel\n")
      let environment = ["PATH=/usr/bin:/bin"]
      let cases: [(arguments: [String], directory: String, parts: [String])] = [
        (["no-such-tool"], "/", ["`no-such-tool`", "/usr/bin:/bin", "Install it"]),
        (["/no/such/tool"], "/", ["/no/such/tool", "ENOENT", "Correct the path"]),
        (["true"], "/no/such/folder", ["working directory /no/such/folder", "ENOENT", "Create it"]),
        (["true"], plain, ["working directory \(plain)", "ENOTDIR"]),
        ([plain], "/", [plain, "EACCES", "chmod +x"]),
        ([folder.path], "/", [folder.path, "EACCES"]),
        ([broken], "/", [broken, "interpreter"]),
        ([headless], "/", [headless, "ENOEXEC", "#!"]),
        ([""], "/", ["``", "PATH"]),
        ([], "/", ["``", "PATH"]),
        (["true", "a\0b"], "/", ["NUL"]),
        (["true", String(repeating: "x", count: 140_000)], "/", ["E2BIG", "131071"]),
      ]
      for (arguments, directory, parts) in cases {
        let attempt = steps.start(arguments, environment: environment, directory: directory)
        let result = try await steps.result(of: attempt)
        guard case .notStarted(let reason) = result.outcome else {
          Issue.record("\(arguments) in \(directory) gave \(result.outcome)")
          continue
        }
        for part in parts { #expect(reason.contains(part), "“\(reason)” should name “\(part)”") }
      }
    }

    @Test func aMissingLauncherIsRefusedWhenTheExecutorIsMade() throws {
      #expect(throws: StepsError.launcherUnusable(path: "/no/such/flowd-launch", code: ENOENT)) {
        try CommandExecutor(launcherPath: "/no/such/flowd-launch") { _ in }
      }
    }

    @Test func theLauncherCannotBeTracedByItsCommand() async throws {
      let steps = try Steps()
      // Files of a process that is not dumpable belong to root, whoever runs it.
      let attempt = steps.start(shell: "stat -c %u /proc/$PPID/mem")
      #expect(try await steps.result(of: attempt).stdout == Array("0\n".utf8))
    }
  }
}
