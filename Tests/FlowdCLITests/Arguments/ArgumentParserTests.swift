import Testing

@testable import FlowdCLI

@Suite struct ArgumentParserTests {
  private func parse(_ command: any Command.Type, _ words: String...) throws(CLIError) -> ParsedArguments {
    var arguments = ParsedArguments()
    try command.spec.parse(words[...], into: &arguments)
    return arguments
  }

  @Test func takesValuesInEveryForm() throws {
    let arguments = try parse(
      RunCommand.self, "build", "--provider", "openai", "--model=gpt=5", "-i", "a=1", "--input", "b=x=y", "-d")
    #expect(arguments.operands == ["build"])
    #expect(arguments[StartOptions.provider] == "openai")
    #expect(arguments[StartOptions.model] == "gpt=5")
    #expect(arguments.all(StartOptions.input) == [Assignment("a=1"), Assignment("b=x=y")])
    #expect(arguments[RunCommand.detach])
    #expect(!arguments[GlobalOptions.json])
  }

  @Test func globalOptionsMayStandBehindTheCommand() throws {
    let arguments = try parse(MetaCommand.self, "--json", "--timeout", "1m30s", "--session=abc")
    #expect(arguments[GlobalOptions.json])
    #expect(arguments[GlobalOptions.timeout] == .seconds(90))
    #expect(arguments[GlobalOptions.session] == "abc")
  }

  @Test func twoDashesEndTheOptions() throws {
    #expect(try parse(CallCommand.self, "--", "--json", "-").operands == ["--json", "-"])
    #expect(try parse(CallCommand.self, "daemon.status", "-").operands == ["daemon.status", "-"])
  }

  @Test func theLastValueCounts() throws {
    #expect(try parse(SetCommand.self, "--flow", "a", "--flow", "b")[SetCommand.flow] == "b")
  }

  @Test(
    arguments: [
      (["--iput", "a=1"], "unknown option '--iput'; did you mean --input?"),
      (["-x"], "unknown option '-x'"),
      (["--provider"], "--provider needs a value: text that is not empty"),
      (["--provider="], "--provider '': expected text that is not empty"),
      (["--input", "a"], "--input 'a': expected NAME=VALUE"),
      (["--if-active", "wait"], "--if-active 'wait': expected one of reject, queue, replace, parallel"),
      (["--detach=yes"], "--detach takes no value"),
      (["--timeout", "soon"], "--timeout 'soon': expected a time such as 500ms, 30s or 2m"),
      (["a", "b"], "unexpected 'b'"),
    ])
  func saysWhatIsWrong(_ words: [String], _ message: String) {
    let error = #expect(throws: CLIError.self) {
      var arguments = ParsedArguments()
      try RunCommand.spec.parse(words[...], into: &arguments)
    }
    #expect(error?.message == message)
    #expect(error?.exitCode == .usage)
    #expect(error?.hints == ["see: flowctl run --help"])
  }

  @Test func aMissingOperandIsNamed() {
    let error = #expect(throws: CLIError.self) { try parse(SelectCommand.self) }
    #expect(error?.message == "SESSION is missing")
  }

  @Test func helpAsksForNoOperands() throws { #expect(try parse(SelectCommand.self, "-h")[GlobalOptions.help]) }

  @Test func everyCommandDeclaresItselfConsistently() {
    for command in CommandTable.all {
      let spec = command.spec
      let options = spec.options + GlobalOptions.all
      #expect(Set(options.map(\.name)).count == options.count, "\(spec.name)")
      let shorts = options.compactMap(\.short)
      #expect(Set(shorts).count == shorts.count, "\(spec.name)")
      #expect(!spec.summary.hasSuffix("."), "\(spec.name)")
      let required = spec.operands.map(\.isRequired)
      #expect(required == required.sorted { $0 && !$1 }, "\(spec.name): required operands come first")
      #expect(spec.isHidden || spec.name == "help" || !spec.examples.isEmpty, "\(spec.name) has no example")
      for line in HelpText.command(spec, style: .plain).split(separator: "\n") {
        #expect(line.count <= 110, "\(spec.name): \(line)")
      }
    }
  }

  @Test func theOverviewNamesEveryCommand() {
    let overview = HelpText.overview(CommandTable.visibleSpecs, style: .plain)
    for spec in CommandTable.visibleSpecs { #expect(overview.contains("\n  \(spec.name) "), "\(spec.name)") }
  }
}
