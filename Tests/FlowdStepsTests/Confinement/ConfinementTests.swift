import FlowdModel
import Glibc
import Testing

@testable import FlowdSteps

extension CommandTests {
  @Suite struct ConfinementTests {
    /// What a refusal may look like; everything else means that the attempt itself was wrong.
    private static let refusals: Set<String> = [
      "EPERM", "EACCES", "EXDEV", "ENOSYS", "EISCONN", "NOBODY", "NO_NEW_PRIVS", "NO_CAPABILITIES", "SIGSEGV",
    ]

    @Test func everyAttemptToBreakOutIsDenied() async throws {
      try await Self.everythingIsDenied(in: ConfinedWorld())
    }

    /// Makes every attempt there is.
    static func everythingIsDenied(in world: ConfinedWorld) async throws {
      let outcomes = try await world.attempt(["all"], confinement: world.confinement)
      #expect(outcomes.count > 120)
      for (name, outcome) in outcomes.sorted(by: { $0.key < $1.key }) {
        let words = outcome.split(separator: " ").map(String.init)
        let isDenied = words.first == "denied" && words.count == 2 && refusals.contains(words[1])
        #expect(isDenied || words.first == "skipped", "\(name) \(outcome)")
      }
      #expect(outcomes.values.filter { $0.hasPrefix("skipped") }.count < 15)
      #expect(world.privateDirectories == [])
      #expect(!world.wasSignalled, "a signal got out")
    }

    @Test func theAttemptsWouldSucceedWithoutConfinement() async throws {
      let world = try await ConfinedWorld()
      let names = [
        "write-cwd", "write-tmp", "write-through-own-link", "append", "open-truncate",
        "open-truncate-without-reading", "open-truncate-without-openat", "openat2-truncate", "truncate-by-proc",
        "rename", "rename-out", "rename-in", "link", "link-then-write", "symlink", "mkdir", "mkfifo",
        "reopen-for-writing", "chmod", "fchmod", "fchmodat", "chown", "lchown", "fchown", "setxattr", "fsetxattr",
        "lsetxattr", "removexattr", "utimensat", "futimens", "unix-path", "unix-abstract", "unix-datagram-pair",
        "flowd-environ", "flowd-root", "kill-flowd", "tgkill-flowd", "tkill-flowd", "ask-for-flowd",
        "kill-group-of-flowd", "queue-signal", "queue-signal-to-thread", "pidfd-signal", "signal-by-input",
        "signal-group-by-input", "signal-by-input-of-owner", "signal-by-input-of-socket", "signal-by-input-of-group",
        "signal-by-own-listener", "ask-a-device", "priority-of-flowd", "key-direct", "key-by-link", "key-by-own-link",
        "key-by-proc-root", "key-by-cwd", "key-by-openat", "key-by-path-descriptor", "key-by-hard-link",
        "key-by-linked-descriptor", "key-by-rename", "key-list", "tiocsti", "set-uid-program",
      ]
      let outcomes = try await world.attempt(names, confinement: nil)
      for name in names { #expect(outcomes[name] == "SUCCEEDED", "\(name)") }
    }

    /// The launcher makes the private directory before it takes the mask.
    @Test(arguments: [0, 0o022, 0o777] as [UInt32])
    func aConfinedCommandHasTheMaskOfItsRequestAndAPrivateDirectory(_ bits: UInt32) async throws {
      let world = try await ConfinedWorld()
      let script = "umask; cd $TMPDIR; stat -c %a .; >file; stat -c %a file"
      let steps = world.steps
      let attempt = steps.start(["sh", "-c", script], umask: FileMask(bits), confinement: world.confinement)
      let text = String(decoding: try await steps.result(of: attempt).stdout, as: UTF8.self)
      let lines = text.split(separator: "\n").compactMap { UInt32($0, radix: 8) }
      #expect(lines == [bits, 0o700, 0o666 & ~bits], "\(text)")
    }

    @Test func whatForksAwayAndIgnoresItsEndIsEnded() async throws {
      let world = try await ConfinedWorld()
      let outcomes = try await world.attempt(["linger", "linger"], confinement: world.confinement)
      #expect(outcomes == ["linger": "STARTED"])
      #expect(world.privateDirectories == [])
    }

    @Test func aConfinedCommandIsEndedByForce() async throws {
      let world = try await ConfinedWorld()
      let attempt = world.steps.start(
        ["sh", "-c", "trap '' TERM; echo ready; while :; do sleep 100 & wait; done"], environment: world.environment,
        directory: world.path, confinement: world.confinement)
      try await eventually("it runs") { world.steps.text(of: attempt) == "ready\n" }
      #expect(world.privateDirectories.count == 1)
      world.steps.executor.terminate(attempt)
      #expect(try await world.steps.result(of: attempt).outcome == .cancelled)
      #expect(world.privateDirectories == [])
    }

    @Test func ordinaryWorkGoesOn() async throws {
      let world = try await ConfinedWorld()
      let script = """
        set -e
        cat ../plain ../full/inner; ls ../full; echo
        echo one two | tr ' ' '\\n' | sort -r | head -1
        head -c 3 /dev/zero | wc -c; echo x > /dev/null; head -c 1 /dev/urandom | wc -c
        python3 - <<'END'
        import socket, subprocess, tempfile, threading
        listener = socket.create_server(("127.0.0.1", 0))
        socket.create_connection(listener.getsockname()).close()
        socket.getaddrinfo("localhost", 80)
        socket.socketpair()
        print(subprocess.run(["echo", "child"], capture_output=True, text=True).stdout.strip())
        threading.Thread(target=lambda: print("thread")).start()
        with tempfile.TemporaryDirectory() as folder:
          open(folder + "/file", "w").write("x")
        child = subprocess.Popen(["sleep", "100"]); child.kill(); print(child.wait())
        END
        """
      let result = try await world.run(script)
      #expect(result.outcome == .exited(0), "\(result.errors)")
      #expect(result.output == "plaininnerinner\n\ntwo\n3\n1\nchild\nthread\n-9\n")
    }

    @Test func theEnvironmentNamesThePrivateDirectoryWhateverTheRequestSays() async throws {
      let world = try await ConfinedWorld()
      let script = """
        echo "$TMPDIR" "$XDG_CACHE_HOME" "$XDG_STATE_HOME" "$XDG_RUNTIME_DIR"
        stat -c %a "$TMPDIR"; echo text > "$TMPDIR/file"; cat "$TMPDIR/file"; mv "$TMPDIR/file" "$TMPDIR/other"
        """
      let result = try await world.run(script)
      let lines = result.output.split(separator: "\n")
      #expect(lines.count == 3, "\(result.errors)")
      #expect(Set(lines.first?.split(separator: " ") ?? []).count == 1)
      #expect(lines.first?.hasPrefix("\(world.state)/private/") == true)
      #expect(lines.dropFirst() == ["700", "text"])
    }

    @Test func thePrivateDirectoryGoesHoweverDeepAndStrangeItIs() async throws {
      let world = try await ConfinedWorld()
      let script = """
        cd "$TMPDIR"; mkdir -p keep/a/b; ln -s / root; ln -s "$HOSTILE_WORLD/full" way; mkfifo pipe
        python3 - <<'END'
        import os
        os.mkdir("sealed", 0o300); open("sealed/file", "w").close(); os.mkdir("sealed/inner"); os.mkdir("nothing", 0)
        open("sealed/inner/file", "w").close()
        for _ in range(100):
          os.mkdir("d" * 200); open("f", "w").close(); os.chdir("d" * 200)
        END
        """
      let result = try await world.run(script)
      #expect(result.outcome == .exited(0), "\(result.errors)")
      #expect(world.privateDirectories == [])
      #expect(access("\(world.path)/full/inner", F_OK) == 0, "a link was followed")
    }

    /// An empty one is handed on, one that is not is removed, and two commands never share one.
    @Test func thePrivateDirectoryIsEmptyWhateverTheCommandBeforeDid() async throws {
      let world = try await ConfinedWorld()
      let list = #"ls -A "$TMPDIR"; stat -c '%a %h' "$TMPDIR""#
      for script in ["", #"echo x > "$TMPDIR/file""#, "", #"mkdir "$TMPDIR/.hidden""#, #"ln -s / "$TMPDIR/link""#, ""] {
        #expect(try await world.run("\(list); \(script)").output == "700 2\n", "before “\(script)”")
        #expect(world.privateDirectories == [])
      }
      #expect(access("\(world.state)/private/.spare", F_OK) == 0)
      let together = (1...4).map { number in
        world.steps.start(
          ["sh", "-c", #"echo x > "$TMPDIR/\#(number)"; ls -A "$TMPDIR""#], environment: world.environment,
          confinement: world.confinement)
      }
      for (number, attempt) in zip(1..., together) {
        #expect(try await world.steps.result(of: attempt).output == "\(number)\n")
      }
    }

    @Test func whatIsWritableCanBeWrittenButItsModesNotChanged() async throws {
      let world = try await ConfinedWorld()
      let confinement = Confinement(writable: ["\(world.path)/work"], hidden: world.confinement.hidden)
      let script = """
        echo a > new && mkdir folder && mv new folder/ && cat folder/new && rm -r folder && echo b > kept
        chmod 777 kept || echo no chmod; echo c > ../full/new || echo not outside; cat ../hidden/key || echo hidden
        """
      let result = try await world.run(script, confinement)
      #expect(result.output == "a\nno chmod\nnot outside\nhidden\n", "\(result.errors)")
      #expect(ConfinedWorld.names(in: "\(world.path)/work") == ["kept"])
    }

    @Test func whatIsHiddenBelowAWritableDirectoryStaysHidden() async throws {
      let world = try await ConfinedWorld()
      let script = """
        cat hidden/key || echo unread; echo x > hidden/key || echo unwritten; rm -f hidden/key || echo there
        mv hidden seen || echo unmoved; echo x >> plain && echo written; ls > /dev/null && echo listed
        """
      let confinement = Confinement(writable: [world.path], hidden: ["\(world.path)/hidden", "\(world.path)/absent"])
      let result = try await world.run(script, confinement, in: world.path)
      #expect(result.output == "unread\nunwritten\nthere\nunmoved\nwritten\nlisted\n", "\(result.errors)")
    }

    @Test func whatLeadsToSomethingHiddenIsOpenedByNameAndNotListed() async throws {
      let world = try await ConfinedWorld()
      let script = "cat ../plain; ls .. || echo unlisted; ls ../hidden || echo unlisted; ls ../full; ls"
      #expect(try await world.run(script).output == "plainunlisted\nunlisted\ninner\n")
    }

    @Test func aFileWithASecondNameOutsideIsNotHidden() async throws {
      let world = try await ConfinedWorld()
      try #require(link("\(world.path)/hidden/key", "\(world.path)/full/second") == 0)
      // docs/STEPS.md says so; a kernel that can do better is welcome to fail here.
      #expect(try await world.run("cat ../full/second; cat ../hidden/key || echo").output == "KEY-4711\n")
    }

    @Test func aHiddenLinkHidesWhatItLeadsTo() async throws {
      let world = try await ConfinedWorld()
      try #require(symlink("full", "\(world.path)/alias") == 0)
      let script = "cat ../full/inner || echo hidden; cat ../plain"
      let hidden = Confinement(hidden: ["\(world.path)/alias/inner"])
      #expect(try await world.run(script, hidden).output == "hidden\nplain")
    }
  }
}
