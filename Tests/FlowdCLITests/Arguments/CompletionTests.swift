import FlowdModel
import Testing

@testable import FlowdCLI

@Suite struct CompletionTests {
  /// Candidates that need no daemon.
  private func complete(_ words: String...) -> [String] {
    let context = Context(
      arguments: ParsedArguments(), environment: ["FLOWD_SOCKET": "/nonexistent/socket"], directory: "/",
      output: TextOutput(nil), errors: TextOutput(nil), terminal: Terminal(),
      clock: { Timestamp(microsecondsSince1970: 0) })
    return Completion.candidates(for: words, context).map(\.word)
  }

  @Test func offersCommands() {
    #expect(complete("s") == ["start", "show", "select", "sessions", "set", "schema", "status"])
    #expect(complete("--json", "wat") == ["watch"])
    #expect(!complete("").contains("__complete"))
  }

  @Test func offersOptionsOfTheCommand() {
    #expect(complete("cancel", "--f") == ["--force"])
    #expect(complete("meta", "--no") == ["--no-spawn"])
  }

  @Test func offersChoices() {
    #expect(complete("run", "--if-active", "") == ["reject", "queue", "replace", "parallel"])
    #expect(complete("run", "--if-active=re") == ["--if-active=reject", "--if-active=replace"])
    #expect(complete("completion", "") == ["bash", "zsh", "fish"])
    #expect(
      complete("call", "session.s") == [
        "session.select", "session.setExecutedFlow", "session.setProviderModel", "session.setMode",
      ])
    #expect(complete("help", "ru") == ["run", "runs"])
  }

  @Test func leavesFilesToTheShell() {
    #expect(complete("validate", "x") == ["__files__"])
    #expect(complete("run", "--cwd", "") == ["__directories__"])
  }

  @Test func offersNothingWhereNothingFits() {
    #expect(complete("version", "").isEmpty)
    #expect(complete("nonsense", "").isEmpty)
    #expect(complete("run", "").isEmpty)
  }
}
