import Testing

@testable import FlowdCLI

@Suite struct ReportTextTests {
  private let report = "# Title\n\n**Bold** and `code`, 2 * 3 * 4, a ** b\n```\n# not a heading\n```\n\u{1B}[2Jx\n\n"

  @Test func isAsItIsWithoutColours() {
    #expect(
      ReportText.lines(report, style: .plain) == [
        "# Title", "", "**Bold** and `code`, 2 * 3 * 4, a ** b", "```", "# not a heading", "```", "x",
      ])
  }

  @Test func showsHeadingsAndBoldText() {
    let style = Style(isColoured: true)
    #expect(
      ReportText.lines(report, style: style) == [
        style.bold("Title"), "", "\(style.bold("Bold")) and \(style.cyan("code")), 2 * 3 * 4, a ** b", style.dim("```"),
        style.cyan("# not a heading"), style.dim("```"), "x",
      ])
  }
}
