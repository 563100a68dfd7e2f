import FlowdFiles
import FlowdModel

/// Definitions for tests.
enum Flows {
  static func pinned(
    _ flow: FlowDefinition, version: Int = 1, subflows: [String: PinnedDefinition] = [:]
  ) -> PinnedDefinition {
    PinnedDefinition(
      flow: flow, hash: "\(flow.id)-\(version)", canonicalJSON: Array("\(flow.id)-\(version)".utf8), subflows: subflows)
  }

  /// A flow file, read as the daemon reads it.
  ///
  /// - Parameter subflows: Those that its steps run.
  static func parse(_ id: String, _ yaml: String, subflows: [PinnedDefinition] = []) throws -> PinnedDefinition {
    let result = FlowFile.parse(Array(yaml.utf8), id: id, file: "\(id).flow.yaml")
    let byID = Dictionary(uniqueKeysWithValues: subflows.map { ($0.flow.id, $0) })
    guard let pinned = result.pinned(subflows: byID) else { throw FlowMistakes(diagnostics: result.diagnostics) }
    return pinned
  }

  static func step(
    _ id: String, needs: [Need] = [], continueOnError: Bool = false, onRestart: RestartPolicy = .retry
  ) -> StepDefinition {
    StepDefinition(
      id: id, needs: needs, action: .run(.shell(script: id, shell: "sh")), continueOnError: continueOnError,
      onRestart: onRestart)
  }

  /// One step.
  static func single(_ id: String, onRestart: RestartPolicy = .retry) -> FlowDefinition {
    FlowDefinition(id: id, name: id, steps: [step("only", onRestart: onRestart)])
  }

  /// Steps one after the other.
  static func chain(_ id: String, _ count: Int) -> FlowDefinition {
    let steps = (0..<count).map { step("s\($0)", needs: $0 == 0 ? [] : [Need(step: $0 - 1)]) }
    return FlowDefinition(id: id, name: id, steps: steps)
  }
}

/// A test's flow file that is not one.
struct FlowMistakes: Error, CustomStringConvertible {
  let diagnostics: [Diagnostic]

  var description: String { diagnostics.map(\.description).joined(separator: "\n") }
}
