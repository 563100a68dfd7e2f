internal import CLuaSandbox
internal import FlowdModel

/// Answers the sandbox's questions about one evaluation.
final class LuaHost {
  private let scope: any ExpressionScope
  private let isCancelled: (() -> Bool)?
  /// What the scope threw; the sandbox stops then.
  private(set) var thrown: ExpressionError?
  /// Why a response that was read has no `json`.
  private var cutResponse: String?

  init(_ scope: any ExpressionScope, isCancelled: (() -> Bool)? = nil) {
    self.scope = scope
    self.isCancelled = isCancelled
  }

  /// A question that cannot be answered: plain text for the code.
  private struct Refusal: Error {
    var message: String
  }

  fileprivate func answer(_ question: clua_question, _ answer: inout clua_answer) -> clua_answer_kind {
    do {
      return try reply(to: question, &answer)
    } catch let error as ExpressionError {
      thrown = error
      return CLUA_STOPPED
    } catch let refusal as Refusal {
      append(Array(refusal.message.utf8), to: answer)
      return CLUA_FAILED
    } catch {
      preconditionFailure("an evaluation's host throws nothing else")
    }
  }

  private func reply(to question: clua_question, _ answer: inout clua_answer) throws -> clua_answer_kind {
    switch question.kind {
    case CLUA_ASK_GLOBAL: return try global(name(of: question), answer)
    case CLUA_ASK_STEP: return try step(name(of: question), &answer)
    case CLUA_ASK_STEP_IDS: return strings(scope.stepIDs, answer)
    case CLUA_ASK_FIELD:
      let child = question.child < 0 ? nil : Int(question.child)
      let field = field(of: question)
      return try value(noted(scope.field(field, of: name(of: question), child: child), field), answer)
    case CLUA_ASK_FIELD_NAMES: return strings(scope.fieldNames(of: name(of: question)), answer)
    case CLUA_ASK_NOW: return try value(.string(scope.now.rfc3339), answer)
    case CLUA_ASK_PROGRESS:
      answer.number = progressNumber
      return CLUA_VALUE
    case CLUA_ASK_STOP: return stop()
    case CLUA_ASK_JSON_TEXT: return try value(.string(jsonText(of: question)), answer)
    case CLUA_ASK_JSON_VALUE: return try value(jsonValue(of: question), answer)
    default: preconditionFailure("the sandbox asked an unknown question")
    }
  }

  private func global(_ name: String, _ answer: clua_answer) throws -> clua_answer_kind {
    let names = scope.names
    guard names.contains(name) else {
      let known = names + ["steps"] + LuaNames.builtIn
      throw Refusal(message: "unknown name \(quoted(name))\(NearMiss.hint(for: name, among: known))")
    }
    return try value(noted(scope.value(of: name), name), answer)
  }

  private func noted(_ value: JSONValue?, _ name: String) -> JSONValue? {
    if name == "response", let value, let mistake = HTTPExchange.mistake(ofCut: value) { cutResponse = mistake }
    return value
  }

  /// A message of the code, with why what it misses is not there.
  func explained(_ message: String) -> String {
    guard let cutResponse, message.contains("'json'") else { return message }
    return "\(message): \(cutResponse)"
  }

  private func step(_ id: String, _ answer: inout clua_answer) throws -> clua_answer_kind {
    switch scope.shape(of: id) {
    case .single: answer.number = -1
    case .list(let count): answer.number = Int64(count)
    case nil: throw Refusal(message: "unknown step \(quoted(id))\(NearMiss.hint(for: id, among: scope.stepIDs))")
    }
    return CLUA_VALUE
  }

  private var progressNumber: Int64 {
    switch scope.progress {
    case .good: 0
    case .failed: 1
    case .cancelled: 2
    }
  }

  private func stop() -> clua_answer_kind {
    guard let isCancelled, isCancelled() else { return CLUA_NOTHING }
    thrown = ExpressionError(.failed, "it was cancelled")
    return CLUA_VALUE
  }

  // MARK: JSON text

  private func jsonText(of question: clua_question) -> String {
    var reader = ValueReader(bytes(of: question))
    return reader.value().text
  }

  private func jsonValue(of question: clua_question) throws -> JSONValue {
    do {
      return try JSONValue(parsing: Array(bytes(of: question)))
    } catch {
      throw Refusal(message: "the text is not JSON: \(error)")
    }
  }

  // MARK: bytes

  private func bytes(of question: clua_question) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: question.name, count: question.name_size)
  }

  private func name(of question: clua_question) -> String { String(decoding: bytes(of: question), as: UTF8.self) }

  private func field(of question: clua_question) -> String {
    String(decoding: UnsafeRawBufferPointer(start: question.field, count: question.field_size), as: UTF8.self)
  }

  private func value(_ value: JSONValue?, _ answer: clua_answer) throws -> clua_answer_kind {
    guard let value else { return CLUA_NOTHING }
    var writer = ValueWriter()
    do {
      try writer.write(value)
    } catch {
      throw Refusal(message: "the number \(error.text) is too large")
    }
    append(writer.bytes, to: answer)
    return CLUA_VALUE
  }

  private func strings(_ strings: [String], _ answer: clua_answer) -> clua_answer_kind {
    var writer = ValueWriter()
    writer.write(strings: strings)
    append(writer.bytes, to: answer)
    return CLUA_VALUE
  }

  private func append(_ bytes: [UInt8], to answer: clua_answer) {
    precondition(clua_bytes_append(answer.bytes, bytes, bytes.count) != 0, "there is no memory")
  }
}

/// Called by the sandbox. Returns normally whatever happens: nothing may unwind through the frames between.
let answerQuestion:
  @convention(c) (
    UnsafeMutableRawPointer?, UnsafePointer<clua_question>, UnsafeMutablePointer<clua_answer>
  ) -> clua_answer_kind = { context, question, answer in
    guard let context else { return CLUA_STOPPED }
    let host = Unmanaged<LuaHost>.fromOpaque(context).takeUnretainedValue()
    return host.answer(question.pointee, &answer.pointee)
  }
