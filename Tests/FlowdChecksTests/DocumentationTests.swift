import FlowdModel
import Foundation
import Testing

@testable import FlowdChecks

private let page: String = {
  let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  return (try? String(contentsOf: root.appending(path: "docs/CHECKS.md"), encoding: .utf8)) ?? ""
}()

/// The entries in the last column of the tables.
private let examples: [String] = page.split(separator: "\n").compactMap { line in
  guard let start = line.range(of: "| `{ "), line.hasSuffix(" }` |") else { return nil }
  return String(line[start.upperBound...].dropLast(3)).replacing("\\\\|", with: "|")
}.map { "{ " + $0 }

@Suite struct DocumentationTests {
  @Test func thePageHasAnExampleOfEachQueryAndPredicate() {
    #expect(examples.count == 22)
    for predicate in CheckPredicate.Operator.allCases { #expect(page.contains("`\(predicate.rawValue)`")) }
  }

  @Test(arguments: examples) func theExamplesHold(example: String) throws {
    // A flow mapping whose keys and plain words are put into quotes is JSON.
    let text = example.replacing(/([{,]) ([A-Za-z]+):/) { "\($0.1) \"\($0.2)\":" }
      .replacing(/: ([a-z-]+)([ ,])/) { ["true", "false"].contains($0.1) ? "\($0.0)" : ": \"\($0.1)\"\($0.2)" }
    guard case .object(let members) = json(text) else { return }
    let first = try #require(members.first)
    var predicates = Array(members.dropFirst())
    let query: CheckQuery
    switch first.name {
    case "json": query = .json(path: try #require(first.value.asText))
    case "regex": query = .regex(pattern: try #require(first.value.asText))
    case "header": query = .header(try #require(first.value.asText))
    case "cookie": query = .cookie(try #require(first.value.asText))
    default:
      let plain: [String: CheckQuery] = [
        "status": .status, "body": .body, "duration": .duration, "bytes": .bytes, "stdout": .stdout, "stderr": .stderr,
        "exit": .exit,
      ]
      query = try #require(plain[first.name])
      if case .object(let held) = first.value { predicates = held } else { predicates = [.init("==", first.value)] }
    }
    #expect(CheckSyntax.problem(in: query) == nil)
    let isCommand = ["stdout", "stderr", "exit"].contains(first.name)
    #expect(!predicates.isEmpty)
    for predicate in predicates {
      let name = try #require(CheckPredicate.Operator(rawValue: predicate.name))
      let result = evaluate(
        query, name, predicate.value, negated: predicate.value == .bool(false),
        on: isCommand ? command : try response())
      #expect(result.passed, "\(result)")
    }
  }

  private func response() throws -> CheckSubject {
    let body = try #require(page.split(separator: "```json\n").dropFirst().first?.split(separator: "\n```").first)
    var subject = subject(body: String(body))
    subject.duration = .milliseconds(120)
    subject.status = 200
    subject.headers = [("Content-Type", "text/plain"), ("X-Count", "10")]
    subject.cookies = [("id", "7")]
    return subject
  }

  private var command: CheckSubject {
    var subject = CheckSubject()
    subject.stdout = Array("Total: 42\n".utf8)
    subject.stderr = []
    subject.exitCode = 0
    return subject
  }
}
