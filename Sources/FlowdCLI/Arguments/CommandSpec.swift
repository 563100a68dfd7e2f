/// What a command takes and says about itself.
package struct CommandSpec: Sendable {
  package var name: String
  /// One line for the overview.
  package var summary: String
  package var operands: [Operand]
  package var options: [any OptionDeclaration]
  /// More for the command's own help; may be empty.
  package var discussion: String
  package var examples: [Example]
  package var isHidden: Bool

  package init(
    _ name: String, _ summary: String, operands: [Operand] = [], options: [any OptionDeclaration] = [],
    discussion: String = "", examples: [Example] = [], isHidden: Bool = false
  ) {
    self.name = name
    self.summary = summary
    self.operands = operands
    self.options = options
    self.discussion = discussion
    self.examples = examples
    self.isHidden = isHidden
  }
}

/// A word that stands for itself.
package struct Operand: Equatable, Sendable {
  package var name: String
  package var isRequired: Bool
  package var isRepeated: Bool
  package var completion: CompletionKind

  package init(_ name: String, required: Bool = false, repeated: Bool = false, completion: CompletionKind = .none) {
    self.name = name
    isRequired = required
    isRepeated = repeated
    self.completion = completion
  }

  var synopsis: String {
    let text = isRepeated ? "\(name)..." : name
    return isRequired ? text : "[\(text)]"
  }
}

package struct Example: Equatable, Sendable {
  package var command: String
  package var meaning: String

  package init(_ command: String, _ meaning: String) {
    self.command = command
    self.meaning = meaning
  }
}

/// One command of the program.
package protocol Command: SendableMetatype {
  static var spec: CommandSpec { get }
  static func run(_ context: Context, _ arguments: ParsedArguments) throws(CLIError) -> ExitCode
}
