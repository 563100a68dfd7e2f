internal import FlowdModel

/// Fills in `{model}`, `{prompt}`, `{prompt_file}` and `{cwd}` in a command.
///
/// A placeholder is a whole element, or what follows `--name=` in one; everywhere else braces are what they are. An
/// element stays one element whatever is filled in. A prompt that begins with '-' gets a space before it, so that no
/// agent takes it for an option.
struct Placeholders: Equatable, Sendable {
  var model: String
  var prompt: String
  /// `nil`: there is no file.
  var promptFile: String?
  var workingDirectory: String

  init(model: String, prompt: String, promptFile: String? = nil, workingDirectory: String) {
    self.model = model
    self.prompt = prompt
    self.promptFile = promptFile
    self.workingDirectory = workingDirectory
  }

  /// Why a command cannot be filled in; a sentence for a person.
  struct Mistake: Error, Equatable {
    var message: String
  }

  private enum Name: String {
    case model, prompt
    case promptFile = "prompt_file"
    case workingDirectory = "cwd"
  }

  /// The command as it is executed.
  func fill(_ command: [String]) throws(Mistake) -> [String] {
    var filled: [String] = []
    filled.reserveCapacity(command.count)
    for element in command { filled.append(try fill(element)) }
    return filled
  }

  /// Whether a command says where the model goes.
  static func hasModel(_ command: [String]) -> Bool { command.contains { split($0)?.name == .model } }

  /// Whether a command says where the path of a prompt file goes.
  static func hasPromptFile(_ command: [String]) -> Bool {
    command.contains { split($0)?.name == .promptFile }
  }

  private func fill(_ element: String) throws(Mistake) -> String {
    guard let (prefix, name) = Self.split(element) else { return element }
    switch name {
    case .model: return prefix + (try checked(model, name))
    case .prompt:
      let text = try checked(prompt, name)
      return prefix.isEmpty && text.hasPrefix("-") ? " " + text : prefix + text
    case .promptFile: return prefix + (try checked(promptFile ?? "", name))
    case .workingDirectory: return prefix + (try checked(workingDirectory, name))
    }
  }

  private func checked(_ value: String, _ name: Name) throws(Mistake) -> String {
    if value.isEmpty {
      switch name {
      case .model: throw Mistake(message: "the agent's command needs a model ({model}), and none is selected")
      case .prompt: throw Mistake(message: "the prompt is empty")
      case .promptFile: throw Mistake(message: "{prompt_file} is only there with `prompt: file`")
      case .workingDirectory: throw Mistake(message: "there is no working directory for {cwd}")
      }
    }
    guard !value.utf8.contains(0) else {
      throw Mistake(message: "{\(name.rawValue)} holds a NUL character, which no argument can have")
    }
    guard value.utf8.count <= Limits.argumentBytesMax else {
      throw Mistake(
        message: "{\(name.rawValue)} has \(value.utf8.count) bytes, and an argument can have \(Limits.argumentBytesMax)"
          + "; let the provider take its prompt by `stdin` or `file`")
    }
    if name == .model, value.hasPrefix("-") {
      throw Mistake(message: "a model cannot begin with '-', as \(quoted(value)) does")
    }
    return value
  }

  /// What stands before the placeholder, and its name; `nil`: the element has none.
  private static func split(_ element: String) -> (prefix: String, name: Name)? {
    guard element.hasSuffix("}"), let open = element.lastIndex(of: "{"),
      let name = Name(rawValue: String(element[element.index(after: open)...].dropLast()))
    else { return nil }
    let prefix = String(element[..<open])
    guard prefix.isEmpty || isOption(prefix) else { return nil }
    return (prefix, name)
  }

  /// `--name=` or `-n=`.
  private static func isOption(_ prefix: String) -> Bool {
    guard prefix.hasPrefix("-"), prefix.hasSuffix("=") else { return false }
    let name = prefix.dropLast().drop { $0 == "-" }
    return !name.isEmpty && !name.contains("=") && !name.contains(" ")
  }
}
