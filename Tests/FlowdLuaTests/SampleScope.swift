import FlowdLua
import FlowdModel

/// A scope with given values that notes what it is asked for.
final class SampleScope: ExpressionScope {
  enum Step {
    case single([JSONValue.Member])
    case list([[JSONValue.Member]])
  }

  var values: [(name: String, value: JSONValue?)]
  var steps: [(id: String, step: Step)]
  var now = Timestamp(microsecondsSince1970: 1_709_208_000_250_000)
  var progress = RunProgress.good
  /// Steps whose fields have to be loaded first.
  var needed: [String: Int] = [:]
  private(set) var asked: [String] = []

  init(_ values: [(String, JSONValue?)] = [], steps: [(String, Step)] = []) {
    self.values = values
    self.steps = steps
  }

  var names: [String] { values.map(\.name) }
  var stepIDs: [String] { steps.map(\.id) }

  func value(of name: String) throws(ExpressionError) -> JSONValue? {
    asked.append(name)
    if let step = needed[name] { throw ExpressionError(.needsOutput(step: step), "not loaded") }
    return values.first { $0.name == name }?.value
  }

  func shape(of step: String) -> StepShape? {
    switch steps.first(where: { $0.id == step })?.step {
    case .single: .single
    case .list(let children): .list(count: children.count)
    case nil: nil
    }
  }

  func field(_ name: String, of step: String, child: Int?) throws(ExpressionError) -> JSONValue? {
    asked.append("\(step)\(child.map { "[\($0)]" } ?? "").\(name)")
    if let index = needed[step] { throw ExpressionError(.needsOutput(step: index), "not loaded") }
    switch steps.first(where: { $0.id == step })?.step {
    case .single(let fields): return JSONValue.object(fields)[name]
    case .list(let children): return child.flatMap { JSONValue.object(children[$0])[name] }
    case nil: return nil
    }
  }

  func fieldNames(of step: String) -> [String] {
    switch steps.first(where: { $0.id == step })?.step {
    case .single(let fields): fields.map(\.name)
    case .list(let children): children.first?.map(\.name) ?? []
    case nil: []
    }
  }

  static func json(_ text: String) -> JSONValue {
    do {
      return try JSONValue(parsing: Array(text.utf8))
    } catch {
      preconditionFailure("\(error)")
    }
  }

  /// Inputs, two steps and the list of a third.
  static func usual() -> SampleScope {
    SampleScope(
      [
        ("inputs", json(#"{"size":"small","count":3,"tags":["a","b"],"nothing":null,"big":{}}"#)),
        ("run", json(#"{"id":"r1"}"#)), ("response", nil),
      ],
      steps: [
        (
          "diff",
          .single([
            .init("stdout", .string("one\ntwo\n")), .init("exit", .number("0")), .init("status", .string("succeeded")),
          ])
        ),
        ("my-id", .single([.init("result", json(#"{"z":1,"a":[1,2]}"#))])),
        (
          "review",
          .list([
            [.init("text", .string("first")), .init("exit", .number("0"))],
            [.init("text", .string("second")), .init("exit", .number("1"))],
          ])
        ),
      ])
  }
}

/// Evaluates one expression in a new evaluator.
func evaluate(
  _ source: String, in scope: SampleScope = .usual(), line: Int = 0, limits: LuaLimits = .expression
) throws(ExpressionError) -> JSONValue? {
  try LuaEvaluator(limits: limits).evaluate(Expression(source, line: line), in: scope)
}

/// The text of an expression's value; `nil` for none.
func text(of source: String, in scope: SampleScope = .usual()) throws(ExpressionError) -> String? {
  try evaluate(source, in: scope)?.text
}

/// The error of an expression that has one.
func mistake(
  in source: String, scope: SampleScope = .usual(), line: Int = 0, limits: LuaLimits = .expression
) -> ExpressionError? {
  do {
    _ = try evaluate(source, in: scope, line: line, limits: limits)
    return nil
  } catch {
    return error
  }
}
