import FlowdModel
import Testing

@testable import FlowdAgents

@Suite struct PlaceholderTests {
  private let values = Placeholders(
    model: "m 1", prompt: "do it", promptFile: "/tmp/p", workingDirectory: "/work")

  @Test func wholeElementsAndOptionsAreFilledIn() throws {
    let filled = try values.fill(["{model}", "--model={model}", "-c={cwd}", "{prompt}", "--file={prompt_file}"])
    #expect(filled == ["m 1", "--model=m 1", "-c=/work", "do it", "--file=/tmp/p"])
  }

  @Test(arguments: [
    "model", "{models}", "x{model}", "{model}x", "--a={model}b", "{ model }", "{}", "{{model}}", "=({model}",
    "--={model}",
    "a={model}", "--a b={model}", "{prompt_file", "}",
  ])
  func everythingElseIsLiteral(element: String) throws {
    #expect(try values.fill([element]) == [element])
  }

  @Test func aValueIsNotLookedIntoAgain() throws {
    var values = values
    values.model = "{prompt}"
    values.prompt = "{cwd} $(rm) ; \"'"
    #expect(try values.fill(["{model}", "{prompt}"]) == ["{prompt}", "{cwd} $(rm) ; \"'"])
  }

  @Test func aPromptThatLooksLikeAnOptionIsNone() throws {
    var values = values
    values.prompt = "--yolo"
    #expect(try values.fill(["{prompt}", "--prompt={prompt}"]) == [" --yolo", "--prompt=--yolo"])
  }

  @Test(arguments: ["{model}", "--m={model}", "{prompt}", "{prompt_file}", "{cwd}"])
  func whatIsMissingIsAMistake(element: String) {
    let empty = Placeholders(model: "", prompt: "", workingDirectory: "")
    #expect(throws: Placeholders.Mistake.self) { try empty.fill(["x", element]) }
  }

  @Test(arguments: ["-m", "--model", "a\0b"])
  func aModelThatNoArgumentCanBeIsAMistake(model: String) {
    var values = values
    values.model = model
    #expect(throws: Placeholders.Mistake.self) { try values.fill(["{model}"]) }
  }

  @Test func anArgumentHasABound() throws {
    var values = values
    values.prompt = String(repeating: "p", count: Limits.argumentBytesMax)
    #expect(try values.fill(["{prompt}"])[0].utf8.count == Limits.argumentBytesMax)
    values.prompt += "p"
    let mistake = #expect(throws: Placeholders.Mistake.self) { try values.fill(["{prompt}"]) }
    #expect(mistake?.message.contains("stdin") == true)
  }

  @Test func aCommandSaysWhetherItTakesTheModel() {
    #expect(Placeholders.hasModel(["a", "--model={model}"]))
    #expect(!Placeholders.hasModel(["a", "x{model}"]))
  }
}
