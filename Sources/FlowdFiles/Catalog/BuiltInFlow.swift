/// A flow that is part of the program.
package struct BuiltInFlow: Equatable, Sendable {
  package var id: String
  /// A flow file.
  package var bytes: [UInt8]

  package init(id: String, bytes: [UInt8]) {
    self.id = id
    self.bytes = bytes
  }

  /// What stands in for a path, such as `builtin:hello`.
  package var path: String { "builtin:\(id)" }

  /// All that come with the program.
  package static let all = [hello]

  private static let hello = BuiltInFlow(
    id: "hello",
    bytes: Array(
      """
      name: Hello
      description: Greets someone.
      inputs:
        name: { type: string, default: world, description: Who is greeted. }
      steps:
        - id: greet
          label: Greet
          uses: run
          with:
            command: printf 'Hello, %s!\\n' "$INPUT_NAME"
      report: ${{ steps.greet.stdout }}

      """.utf8))
}
