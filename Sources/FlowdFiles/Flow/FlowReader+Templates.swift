internal import FlowdModel

/// Where a template stands, which decides what it may refer to.
enum TemplateScope {
  /// For every step, so no step's results.
  case flow
  /// The results of steps that this one needs, directly or not.
  case step(Int)
  /// Everything.
  case report
}

extension FlowReader {
  private struct Mistake: Error {
    var message: String
  }

  mutating func template(_ node: YAMLNode, _ name: String, scope: TemplateScope) -> Template? {
    guard let text = nodes.text(node, name) else { return nil }
    var parts: [Template.Part] = []
    for piece in TemplateText.pieces(of: text) where !nodes.isFull {
      switch piece {
      case .text(let text):
        parts.append(.text(text))
      case .unterminated(let offset):
        nodes.report(
          "'${{' is not closed by '}}'; write $${{ for a literal ${{",
          at: nodes.source.position(ofReference: offset, in: node))
      case .reference(let body, let offset):
        do {
          let reference = try reference(body, scope: scope)
          parts.append(.reference(reference))
          if case .step(let from) = scope, case .step(let to, _) = reference {
            references.append(StepReference(from: from, to: to, node: node, offset: offset))
          }
        } catch {
          nodes.report(error.message, at: nodes.source.position(ofReference: offset, in: node))
        }
      }
    }
    return Template(parts)
  }

  private func reference(_ body: String, scope: TemplateScope) throws(Mistake) -> Reference {
    let path = try path(body)
    switch path[0] {
    case "inputs":
      guard path.count == 2 else { throw Mistake(message: "expected inputs.NAME, found \(quoted(body.trimmed))") }
      guard inputNames.contains(path[1]) else {
        let hint = NearMiss.hint(for: path[1], among: inputNames)
        throw Mistake(message: "unknown input \(quoted(path[1]))\(hint)")
      }
      return .input(path[1])
    case "steps":
      return try stepReference(path, scope: scope)
    case "run":
      let names = Reference.RunField.allCases.map(\.rawValue)
      guard path.count == 2, let field = Reference.RunField(rawValue: path[1]) else {
        throw unknownField(path, at: 1, of: "run", names)
      }
      return .run(field)
    case "secrets", "response":
      throw Mistake(message: "\(quoted(path[0])) is not supported yet")
    default:
      let roots = ["inputs", "steps", "run"]
      let hint = NearMiss.hint(for: path[0], among: roots)
      let rest = hint.isEmpty ? "; a reference begins with inputs, steps or run" : hint
      throw Mistake(message: "unknown name \(quoted(path[0]))\(rest)")
    }
  }

  private func stepReference(_ path: [String], scope: TemplateScope) throws(Mistake) -> Reference {
    if case .flow = scope {
      throw Mistake(message: "the flow's 'env' is that of every step, so it may not refer to a step's results")
    }
    guard path.count >= 2 else { throw Mistake(message: "expected steps.ID.stdout, found 'steps'") }
    guard let step = stepIndices[path[1]] else {
      throw Mistake(message: "unknown step \(quoted(path[1]))\(stepHint(path[1]))")
    }
    let names = Reference.StepField.allCases.map(\.rawValue)
    guard path.count == 3, let field = Reference.StepField(rawValue: path[2]) else {
      if path.count > 2, ["outputs", "response", "text", "result"].contains(path[2]) {
        throw Mistake(message: "\(quoted("steps.\(path[1]).\(path[2])")) is not supported yet")
      }
      throw unknownField(path, at: 2, of: "steps.\(path[1])", names)
    }
    return .step(step, field)
  }

  private func unknownField(_ path: [String], at index: Int, of owner: String, _ names: [String]) -> Mistake {
    let choice = names.map { "\(owner).\($0)" }.joined(separator: ", ")
    guard path.count == index + 1 else {
      return Mistake(message: "expected one of \(choice), found \(quoted(path.joined(separator: ".")))")
    }
    let hint = NearMiss.hint(for: path[index], among: names)
    return Mistake(message: "\(owner) has no \(quoted(path[index]))\(hint.isEmpty ? "; use one of \(choice)" : hint)")
  }

  /// The names of a body that is names with dots between them; never empty.
  private func path(_ body: String) throws(Mistake) -> [String] {
    let text = body.trimmed
    let names = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard names.allSatisfy({ NameRule.identifier.admits($0) }) else {
      if text.isEmpty { throw Mistake(message: "'${{ }}' is empty; expected a reference such as ${{ inputs.name }}") }
      throw Mistake(
        message: "only references such as ${{ inputs.name }} are supported; expressions come later")
    }
    return names
  }
}

extension String {
  /// Without white space around it.
  fileprivate var trimmed: String {
    let isSpace: (Unicode.Scalar) -> Bool = \.properties.isWhitespace
    let tail = unicodeScalars.drop(while: isSpace)
    return String(String.UnicodeScalarView(tail.reversed().drop(while: isSpace).reversed()))
  }
}
