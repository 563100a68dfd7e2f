import FlowdModel
import Testing

struct NearMissTests {
  @Test(arguments: [
    ("timout", "timeout"), ("tiemout", "timeout"), ("timeoutt", "timeout"), ("TIMEOUT", "timeout"), ("neds", "needs"),
    ("evn", "env"), ("ID", "id"), ("onrestart", "on-restart"), ("tmeut", "timeout"), ("stps", "steps"),
  ])
  func aNameWithinTwoEditsIsFound(name: String, candidate: String) {
    #expect(NearMiss.nearest(to: name, among: ["id", "env", "needs", "steps", "timeout", "on-restart"]) == candidate)
  }

  @Test(arguments: ["", "x", "tout", "timeouts!!", "foo", "a", "xyz"])
  func aNameFurtherAwayIsNot(name: String) {
    #expect(NearMiss.nearest(to: name, among: ["id", "env", "needs", "timeout", "b"]) == nil)
  }

  @Test func theNearestWinsAndThenTheFirst() {
    #expect(NearMiss.nearest(to: "tests", among: ["vexts", "texts", "testa"]) == "texts")
  }

  @Test func aHugeNameCostsNothing() {
    #expect(NearMiss.nearest(to: String(repeating: "a", count: 1_000_000), among: ["a"]) == nil)
  }

  @Test(arguments: [
    ("a", "'a'"), ("a\u{1B}[31m\n", #"'a\u{1B}[31m\n'"#), ("é😀", "'é😀'"), ("\u{202E}x", #"'\u{202E}x'"#),
  ])
  func quotedTextHoldsNoControlCharacters(text: String, expected: String) {
    #expect(quoted(text) == expected)
  }

  @Test func quotedTextIsCut() {
    #expect(quoted(String(repeating: "a", count: 100_000)) == "'" + String(repeating: "a", count: 60) + "…'")
  }
}
