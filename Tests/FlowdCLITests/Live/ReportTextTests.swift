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

  @Test func showsListsQuotesLinksAndEmphasis() {
    let style = Style(isColoured: true)
    let text = """
      - one *two*
        1. three
      - [x] done
      - [ ] open
      > said
      ---
      [here](https://example.com) and [x] and snake_case_name and _so_
      """
    #expect(
      ReportText.lines(text, style: style) == [
        "\(style.yellow("• "))one \(style.italic("two"))", "  \(style.yellow("1. "))three",
        "\(style.green("☑ "))done", "☐ open", "\(style.dim("│ "))said", style.dim("---"),
        "\(style.underlined("here")) \(style.dim("(https://example.com)")) and [x] and snake_case_name and "
          + style.italic("so"),
      ])
  }

  @Test func tablesPassThrough() {
    let table = "| a | **b** |\n| --- | --- |\n| 1 | `2` |"
    #expect(ReportText.lines(table, style: Style(isColoured: true)).joined(separator: "\n") == table)
  }

  @Test func aFenceEndsOnlyWithItsOwnKind() {
    let style = Style(isColoured: true)
    #expect(
      ReportText.lines("~~~\n```\n# x\n~~~\n# y", style: style) == [
        style.dim("~~~"), style.cyan("```"), style.cyan("# x"), style.dim("~~~"), style.bold("y"),
      ])
  }
}
