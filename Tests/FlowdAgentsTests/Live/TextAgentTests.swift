import FlowdModel
import Glibc
import Testing

@testable import FlowdAgents

/// Agents whose standard output is their answer, as real processes.
@Suite struct TextAgentTests {
  @Test func whatItWritesIsTheAnswer() async throws {
    let agents = try Agents()
    let request = agents.request(shell: "echo to the side >&2; cat; echo; echo done")
    let result = try await agents.result(request)
    #expect(result.outcome == .answered)
    #expect(result.details.result == .string("the prompt\ndone\n"))
    #expect(String(decoding: result.stdout, as: UTF8.self) == "the prompt\ndone\n")
    #expect(String(decoding: result.stderr, as: UTF8.self) == "to the side\n")
    #expect(agents.text(of: request.attempt) == "the prompt\ndone\n")
    #expect(agents.text(of: request.attempt, .standardError) == "to the side\n")
    #expect(result.details.agent?.provider == "tester")
    #expect(result.details.agent?.model == "m-1")
    #expect(result.details.agent?.prompt == "the prompt")
    #expect(result.details.agent?.confinement == "read-only")
    #expect(result.details.agent?.isPartial == false)
  }

  @Test(arguments: [AgentCommand.PromptBy.stdin, .argument, .file])
  func thePromptReachesItInEveryWay(way: AgentCommand.PromptBy) async throws {
    let agents = try Agents()
    let scripts: [AgentCommand.PromptBy: [String]] = [
      .stdin: ["/bin/cat"], .argument: ["/bin/echo", "-n", "{prompt}"], .file: ["/bin/cat", "{prompt_file}"],
    ]
    let request = agents.request(command: scripts[way] ?? []) { command, request in
      command.promptBy = way
      request.system = "You are terse."
      request.prompt = "Qué? \"$HOME\" {model}"
    }
    let result = try await agents.result(request)
    #expect(result.details.result == .string("You are terse.\n\nQué? \"$HOME\" {model}"))
    try await eventually("the prompt's file is gone") {
      TemporaryFolder.names(in: "\(agents.folder.path)/agents").allSatisfy { !$0.hasPrefix("flowd-prompt-") }
    }
  }

  @Test func aPromptFileCanBeReadWhereTheDirectoryIsHidden() async throws {
    let place = try TemporaryFolder()
    let agents = try Agents(hidden: [place.path], directory: "\(place.path)/agents")
    _ = try place.write("secret", "s")
    let script = "cat \"$0\"; cat \(place.path)/secret; : > \"$TMPDIR/x\""
    let result = try await agents.result(
      agents.request(command: ["/bin/sh", "-c", script, "{prompt_file}"]) { command, _ in command.promptBy = .file })
    #expect(String(decoding: result.stdout, as: UTF8.self) == "the prompt")
    #expect(String(decoding: result.stderr, as: UTF8.self).contains("Permission denied"))
  }

  @Test func promptFilesOfAKilledExecutorAreRemoved() throws {
    let folder = try TemporaryFolder()
    let place = PromptPlace(directory: folder.path)
    let other = PromptPlace(directory: "\(folder.path)/other")
    #expect(place.prefix != other.prefix)
    let names = [place.prefix + "aaaaaa", other.prefix + "bbbbbb"]
    for name in names {
      #expect(mkdir("\(folder.path)/\(name)", 0o700) == 0)
      _ = try folder.write("\(name)/\(PromptFile.name)", "p")
    }
    _ = try folder.write(place.prefix + "a-file", "kept")
    place.sweep()
    #expect(folder.contents.sorted() == [names[1], place.prefix + "a-file"].sorted())
  }

  @Test func aLargePromptGoesByStandardInput() async throws {
    let agents = try Agents()
    let prompt = String(repeating: "0123456789abcdef", count: 65_536)
    let result = try await agents.result(agents.request(shell: "wc -c") { _, request in request.prompt = prompt })
    #expect(result.details.result == .string("1048576\n"))
  }

  @Test(arguments: [("exit 3", "exit code 3"), ("kill -SEGV $$", "signal 11")])
  func anEndThatIsNoSuccessIsExplained(script: String, words: String) async throws {
    let agents = try Agents()
    let result = try await agents.result(agents.request(shell: "echo part; echo why >&2; \(script)"))
    guard case .agentFailed(.failed, let message, nil) = result.outcome else {
      Issue.record("\(result.outcome)")
      return
    }
    #expect(message.contains(words))
    #expect(message.contains("why"))
    #expect(String(decoding: result.stdout, as: UTF8.self) == "part\n")
    #expect(result.details.agent?.isPartial == true)
  }

  @Test func wordsOnStandardErrorClassifyAFailure() async throws {
    let agents = try Agents()
    let result = try await agents.result(agents.request(shell: "echo 'usage limit, try again in 2h' >&2; exit 1"))
    guard case .agentFailed(.quotaExhausted, _, .seconds(7200)?) = result.outcome else {
      Issue.record("\(result.outcome)")
      return
    }
  }

  @Test(arguments: ["true", "echo; printf ' \\t\\n'"])
  func endingWellWithoutAnAnswerIsAFailure(script: String) async throws {
    let agents = try Agents()
    let result = try await agents.result(agents.request(shell: script))
    guard case .agentFailed(.failed, let message, _) = result.outcome else {
      Issue.record("\(result.outcome)")
      return
    }
    #expect(message.contains("nothing"))
  }

  @Test func aProgramThatIsNotThereIsNotInstalled() async throws {
    let agents = try Agents()
    let result = try await agents.result(agents.request(command: ["no-such-agent"]))
    guard case .agentFailed(.notInstalled, let message, _) = result.outcome else {
      Issue.record("\(result.outcome)")
      return
    }
    #expect(message.contains("no-such-agent"))
  }

  @Test func aProviderWithoutAKindIsRejected() async throws {
    let agents = try Agents()
    var request = agents.request(shell: "true")
    request.provider.kind = .unspecified
    let result = try await agents.result(request)
    guard case .agentFailed(.rejected, let message, _) = result.outcome else {
      Issue.record("\(result.outcome)")
      return
    }
    #expect(message.contains("'tester' has no kind"))
  }

  @Test func anAnswerHasABound() async throws {
    let agents = try Agents()
    let request = agents.request(shell: "yes answer") { _, request in request.outputBytesMax = 100_000 }
    let result = try await agents.result(request)
    guard case .agentFailed(.tooLarge, _, _) = result.outcome else {
      Issue.record("\(result.outcome)")
      return
    }
    #expect(result.stdout.count == 100_000)
  }

  @Test func aSilentAgentIsEnded() async throws {
    let agents = try Agents()
    let request = agents.request(shell: "echo x; sleep 100") { command, _ in command.silenceMax = .seconds(2) }
    let result = try await agents.result(request)
    guard case .agentFailed(.timeout, _, _) = result.outcome else {
      Issue.record("\(result.outcome)")
      return
    }
    #expect(String(decoding: result.stdout, as: UTF8.self) == "x\n")
  }

  @Test func anAttemptEndsAtItsTimeout() async throws {
    let agents = try Agents()
    let request = agents.request(shell: "while :; do echo x; sleep 0.05; done") { _, request in
      request.timeout = .milliseconds(400)
    }
    #expect(try await agents.result(request).outcome == .timedOut)
  }

  @Test func aForcedCancelKeepsWhatWasAnswered() async throws {
    let agents = try Agents()
    let request = agents.request(shell: "trap '' TERM; echo half; (setsid sleep 300 &) ; sleep 300")
    let attempt = agents.start(request)
    try await eventually("it has begun") { agents.text(of: attempt) == "half\n" }
    agents.executor.terminate(attempt)
    let result = try await agents.result(of: attempt)
    #expect(result.outcome == .cancelled)
    #expect(String(decoding: result.stdout, as: UTF8.self) == "half\n")
  }

  @Test func secretsReachItAndNobodyElse() async throws {
    let agents = try Agents(secrets: ["KEY": "swordfish-42"])
    let request = agents.request(shell: "echo \"answer $KEY\"; echo \"err $KEY\" >&2; exit 1") { command, _ in
      command.environment = [.init("KEY", SecretText([.secret(Secret("KEY"))]))]
    }
    let attempt = agents.start(request)
    let result = try await agents.result(of: attempt)
    #expect(String(decoding: result.stdout, as: UTF8.self) == "answer [secret]\n")
    #expect(!"\(agents.reports(of: attempt))".contains("swordfish"))
    #expect(agents.text(of: attempt, .standardError) == "err [secret]\n")
  }

  @Test func aSecretThatIsNotSetIsNamed() async throws {
    let agents = try Agents()
    let request = agents.request(shell: "true") { command, _ in
      command.environment = [.init("KEY", SecretText([.secret(Secret("TOKEN"))]))]
    }
    guard case .agentFailed(.unauthorized, let message, _) = try await agents.result(request).outcome else {
      Issue.record("no failure")
      return
    }
    #expect(message.contains("TOKEN"))
  }

  @Test func anAgentThatMayNotWriteCannot() async throws {
    let agents = try Agents()
    let script = "(: > here) 2>/dev/null && echo wrote; : > \"$TMPDIR/x\" && echo temporary"
    let reading = try await agents.result(agents.request(shell: script))
    #expect(reading.details.result == .string("temporary\n"))
    let writing = agents.request(shell: script) { _, request in request.isReadOnly = false }
    #expect(try await agents.result(writing).details.result == .string("wrote\ntemporary\n"))
    #expect(agents.folder.contents.contains("here"))
  }

  // MARK: JSON

  @Test func anAnswerThatIsNoJSONIsAskedForOnceMore() async throws {
    let agents = try Agents()
    let script = "if grep -q 'cannot be used'; then echo '{\"n\":1}'; else echo 'sure!'; fi"
    let request = agents.request(shell: script) { _, request in request.output = .json }
    let result = try await agents.result(request)
    #expect(result.outcome == .answered)
    #expect(result.details.result == .object([.init("n", .number("1"))]))
    #expect(agents.activities(of: request.attempt, .notice).count == 1)
  }

  @Test func anAnswerIsAskedForOnceMoreOnly() async throws {
    let agents = try Agents()
    let script = "echo again >&2; echo 'sure!'"
    let request = agents.request(shell: script) { _, request in
      request.output = .json
      request.schema = .object([.init("type", .string("object"))])
    }
    let result = try await agents.result(request)
    guard case .agentFailed(.invalidOutput, _, _) = result.outcome else {
      Issue.record("\(result.outcome)")
      return
    }
    #expect(String(decoding: result.stderr, as: UTF8.self) == "again\nagain\n")
  }
}
