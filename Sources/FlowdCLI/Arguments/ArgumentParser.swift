internal import FlowdModel

/// Cuts a command line into options and operands.
///
/// `--name value`, `--name=value`, `-x value` and `-x`; `--` ends the options; `-` alone is an operand.
package struct ArgumentParser {
  private let options: [any OptionDeclaration]
  private let command: String

  /// - Parameter command: For messages; empty before one is known.
  package init(options: [any OptionDeclaration], command: String) {
    self.options = options
    self.command = command
  }

  /// Reads all words.
  ///
  /// - Parameter stopsAtOperand: Stops before the first word that is no option.
  /// - Returns: The words not read.
  package func parse(
    _ words: ArraySlice<String>, stopsAtOperand: Bool = false, into arguments: inout ParsedArguments
  ) throws(CLIError) -> ArraySlice<String> {
    var rest = words
    var mayBeOption = true
    while let word = rest.first {
      let isOption = mayBeOption && word.hasPrefix("-") && word != "-"
      if !isOption, stopsAtOperand { return rest }
      rest.removeFirst()
      if !isOption {
        arguments.add(operand: word)
      } else if word == "--" {
        mayBeOption = false
      } else {
        try parse(option: word, &rest, into: &arguments)
      }
    }
    return rest
  }

  private func parse(
    option word: String, _ rest: inout ArraySlice<String>, into arguments: inout ParsedArguments
  ) throws(CLIError) {
    var name = word
    var attached: String?
    if word.hasPrefix("--"), let equals = word.firstIndex(of: "=") {
      name = String(word[..<equals])
      attached = String(word[word.index(after: equals)...])
    }
    guard let option = find(name) else { throw unknown(name) }
    guard option.placeholder != nil else {
      guard attached == nil else { throw .usage("\(name) takes no value", command: command) }
      arguments.set(option.name, to: true)
      return
    }
    guard let text = attached ?? rest.popFirst() else {
      throw .usage("\(name) needs a value: \(option.expectation)", command: command)
    }
    guard let value = option.read(text) else {
      throw .usage("\(name) \(quoted(text)): expected \(option.expectation)", command: command)
    }
    arguments.set(option.name, to: value)
  }

  private func find(_ name: String) -> (any OptionDeclaration)? {
    if name.hasPrefix("--") { return options.first { "--" + $0.name == name } }
    return options.first { option in option.short.map { "-\($0)" == name } ?? false }
  }

  private func unknown(_ name: String) -> CLIError {
    let near = NearMiss.nearest(to: name, among: options.map { "--" + $0.name })
    let hint = near.map { "; did you mean \($0)?" } ?? ""
    return .usage("unknown option \(quoted(name))\(hint)", command: command)
  }
}

extension CommandSpec {
  /// Reads the words after the command's name, global options among them.
  package func parse(
    _ words: ArraySlice<String>, into arguments: inout ParsedArguments
  ) throws(CLIError) {
    let parser = ArgumentParser(options: options + GlobalOptions.all, command: name)
    _ = try parser.parse(words, into: &arguments)
    guard !arguments[GlobalOptions.help] else { return }
    let given = arguments.operands.count
    let required = operands.count(where: \.isRequired)
    if given < required { throw .usage("\(operands[given].name) is missing", command: name) }
    if given > operands.count, !(operands.last?.isRepeated ?? false) {
      throw .usage("unexpected \(quoted(arguments.operands[operands.count]))", command: name)
    }
  }
}
