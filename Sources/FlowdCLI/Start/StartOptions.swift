internal import FlowdModel
internal import FlowdWire

/// The options of `run` and `start`.
enum StartOptions {
  static let provider = Option("provider", "ID", "Choose the provider first", completion: .provider)
  static let model = Option("model", "ID", "Choose the model first", completion: .model)
  static let input = Option(assignment: "input", short: "i", "NAME=VALUE", "Give an input; may be repeated")
  static let inputsJSON = Option(
    "inputs-json", "JSON", "Give inputs as a JSON object; @FILE reads a file, - standard input", completion: .file)
  static let environment = Option(
    assignment: "env", short: "e", "NAME=VALUE", "Set a variable of the commands; may be repeated")
  static let directory = Option("cwd", "DIR", "Where the commands run; default: here", completion: .directory)
  static let ifActive = Option(
    "if-active", "WHAT", "While a run is active: reject (default), queue, replace, parallel",
    oneOf: [
      ("reject", API.IfActive.reject), ("queue", .queue), ("replace", .replace), ("parallel", .parallel),
    ])
  static let stepByStep = Flag("step-by-step", "Pause after each step; flowctl resume --step runs the next one")
  static let requestID = Option("request-id", "ID", "Start once, however often this id is used")

  static let all: [any OptionDeclaration] = [
    provider, model, input, inputsJSON, environment, directory, ifActive, stepByStep,
    requestID,
  ]
}
