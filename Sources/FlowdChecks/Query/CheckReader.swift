internal import FlowdModel

/// Looks up what a check's query asks for.
final class CheckReader {
  private let regexes: RegexCache
  private var paths = BoundedCache<JSONPath>(countMax: Limits.compiledChecksMax)
  /// The last text that was read as JSON: the checks of one attempt all look at the same.
  private var document: (text: [UInt8], outcome: Result<JSONValue, JSONParseError>)?
  private(set) var parsesCount = 0

  init(regexes: RegexCache) { self.regexes = regexes }

  func forget() { document = nil }

  func find(_ query: CheckQuery, in subject: CheckSubject) -> Finding {
    switch query {
    case .status: return subject.status.map(Finding.number) ?? .nothing
    case .exit: return subject.exitCode.map { .number(Int($0)) } ?? .nothing
    case .duration: return .milliseconds(Self.milliseconds(subject.duration))
    case .header(let name):
      let wanted = ExactName(name.lowercased())
      return texts(subject.headers.filter { ExactName($0.name.lowercased()) == wanted })
    case .cookie(let name): return texts(subject.cookies.filter { ExactName($0.name) == ExactName(name) })
    case .body: return output(subject.mainText)
    case .stdout: return output(subject.stdout)
    case .stderr: return output(subject.stderr)
    case .bytes: return bytes(subject)
    case .json(let path): return json(path, subject)
    case .regex(let pattern): return regex(pattern, subject)
    }
  }

  /// Why what was found may not be all that is there: only the beginning of the text is here.
  func cut(_ query: CheckQuery, in subject: CheckSubject) -> String? {
    switch query {
    case .body, .stdout, .regex: subject.cutBodyBytes.map(StepOutput.notice)
    case .stderr: subject.cutStderrBytes.map(StepOutput.notice)
    case .status, .exit, .duration, .header, .cookie, .bytes, .json: nil
    }
  }

  private func bytes(_ subject: CheckSubject) -> Finding {
    switch subject.cutBodyBytes {
    case nil: subject.mainText.map { .number($0.count) } ?? .nothing
    case 0?: .failed(StepOutput.notice(ofCut: 0))
    case .some(let count): .number(count)
    }
  }

  private func texts(_ fields: [(name: String, value: String)]) -> Finding {
    fields.isEmpty ? .nothing : .texts(fields.map(\.value))
  }

  private static func milliseconds(_ duration: Duration) -> Int64 {
    let (seconds, attoseconds) = duration.components
    return seconds * 1000 + attoseconds / 1_000_000_000_000_000
  }

  /// Bytes that are not UTF-8 become U+FFFD.
  private func output(_ bytes: [UInt8]?) -> Finding {
    guard let bytes else { return .nothing }
    return Self.tooLong(bytes) ?? .output(String(decoding: bytes, as: UTF8.self))
  }

  private static func tooLong(_ bytes: [UInt8]) -> Finding? {
    guard bytes.count > Limits.checkedTextBytesMax else { return nil }
    return .failed("too long to look at: \(bytes.count) bytes; at most \(Limits.checkedTextBytesMax)")
  }

  private func regex(_ pattern: String, _ subject: CheckSubject) -> Finding {
    let finding = output(subject.mainText)
    guard case .output(let text) = finding else { return finding }
    do {
      var budget = StepBudget(Limits.regexStepsMax)
      let match = try regexes.expression(pattern).firstMatch(in: text, budget: &budget)
      return match.map(Finding.text) ?? .nothing
    } catch let error as RegexMistake {
      return .failed("not a regular expression: \(error.text)")
    } catch let error as GaveUp {
      return .failed("gave up: \(error.reason)")
    } catch {
      return .failed("\(error)")
    }
  }

  private func json(_ text: String, _ subject: CheckSubject) -> Finding {
    let root: JSONValue
    if let result = subject.result {
      root = result
    } else {
      guard let bytes = subject.body ?? subject.stdout else { return .nothing }
      if let failure = Self.tooLong(bytes) { return failure }
      if let count = subject.cutBodyBytes { return .failed(StepOutput.notice(ofCut: count)) }
      switch parsed(bytes) {
      case .success(let value): root = value
      case .failure(let error):
        return .failed("not JSON: line \(error.line), column \(error.column): \(error.message)")
      }
    }
    do {
      let path = try paths.value(of: text) { text throws(JSONPathMistake) in try JSONPathParser.parse(text) }
      var evaluation = JSONPathEvaluation(root: root, regexes: regexes)
      let values = try evaluation.values(at: path)
      guard path.isSingular else { return .values(values) }
      return values.first.map(Finding.value) ?? .nothing
    } catch let error as JSONPathMistake {
      return .failed("not a JSONPath: \(error.text)")
    } catch let error as GaveUp {
      return .failed("gave up: \(error.reason)")
    } catch {
      return .failed("\(error)")
    }
  }

  private func parsed(_ bytes: [UInt8]) -> Result<JSONValue, JSONParseError> {
    if let document, document.text == bytes { return document.outcome }
    let outcome = Result { () throws(JSONParseError) in
      try JSONValue(parsing: bytes, valuesMax: Limits.checkedValuesMax)
    }
    parsesCount += 1
    document = (bytes, outcome)
    return outcome
  }
}

extension CheckSubject {
  /// What `body`, `regex` and `bytes` look at.
  fileprivate var mainText: [UInt8]? { body ?? stdout ?? result.map { Array($0.text.utf8) } }
}
