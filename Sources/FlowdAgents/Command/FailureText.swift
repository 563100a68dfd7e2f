internal import FlowdModel

/// Tells from what a failed agent wrote why it failed.
///
/// Agents say it in their own words; these are the words of the known ones and of the services behind them. Only asked
/// when an attempt has failed, so that a log that mentions a login harms nobody.
enum FailureText {
  /// The last bytes of what an agent wrote: its reason is at the end.
  static let bytesMax = 16_384

  private struct Words {
    let failure: AgentFailure
    /// In lower case; a number counts only beside a word such as `status`.
    let texts: [String]
    var statusCodes: [Int] = []
  }

  /// The first that fits counts.
  private static let table = [
    Words(
      failure: .quotaExhausted,
      texts: [
        "insufficient_quota", "insufficient quota", "exceeded your current quota", "quota exceeded", "quota exhausted",
        "exhausted your", "quota_exceeded", "usage limit", "daily limit", "weekly limit", "monthly limit",
        "out of credits", "insufficient credits", "insufficient balance", "credit balance is too low", "spending limit",
        "billing hard limit", "payment required",
      ], statusCodes: [402]),
    Words(
      failure: .rateLimited,
      texts: [
        "rate limit", "rate-limit", "rate_limit", "ratelimit", "too many requests", "resource_exhausted",
        "resource exhausted", "throttled", "throttling",
      ], statusCodes: [429]),
    Words(
      failure: .contextLength,
      texts: [
        "context_length_exceeded", "context length", "context window", "maximum context", "prompt is too long",
        "input is too long", "too many tokens", "token limit exceeded",
      ]),
    Words(
      failure: .unauthorized,
      texts: [
        "unauthorized", "unauthenticated", "not authenticated", "authentication failed", "authentication error",
        "authentication required", "authentication_error", "invalid api key", "invalid x-api-key", "invalid_api_key",
        "incorrect api key", "api key not valid", "api key is not set", "api key not found", "no api key",
        "missing api key", "api_key is not set", "api_key environment variable", "not logged in", "please log in",
        "please login", "run /login", "login required", "log in first", "no auth type", "set an auth method",
        "oauth token has expired", "token has expired", "invalid_grant", "permission_denied", "permission_error",
      ], statusCodes: [401, 403]),
    Words(
      failure: .rejected,
      texts: [
        "model_not_found", "model not found", "unknown model", "invalid model", "no such model", "model does not exist",
        "not a valid model", "unsupported model", "invalid_request_error", "unknown argument", "unknown option",
        "unexpected argument",
      ], statusCodes: [400, 404, 422]),
    Words(
      failure: .unavailable,
      texts: [
        "overloaded", "service unavailable", "bad gateway", "gateway timeout", "internal server error", "econnrefused",
        "econnreset", "enotfound", "eai_again", "etimedout", "connection refused", "connection reset",
        "connection error", "network error", "fetch failed", "could not resolve", "timed out",
      ], statusCodes: [408, 409, 500, 502, 503, 504, 529]),
  ]

  /// - Parameter now: What a reset at an instant is counted from.
  /// - Returns: `nil` when the text says nothing that is known.
  static func classify(_ text: String, now: Timestamp) -> (failure: AgentFailure, retryAfter: Duration?)? {
    let tail = String(decoding: text.utf8.suffix(bytesMax), as: UTF8.self)
    let lowercase = tail.lowercased()
    let codes = statusCodes(in: lowercase)
    for words in table
    where words.texts.contains(where: lowercase.contains) || words.statusCodes.contains(where: codes.contains) {
      switch words.failure {
      case .quotaExhausted:
        return (.quotaExhausted, ResetTime.find(in: tail, now: now).map { min($0, Limits.quotaResetMax) })
      case .rateLimited, .unavailable:
        return (words.failure, ResetTime.find(in: tail, now: now).map { min($0, Limits.retryAfterMax) })
      case .unauthorized, .contextLength, .rejected, .timeout, .truncated, .refused, .invalidOutput, .tooLarge,
        .notInstalled, .unconfined, .wrongModel, .failed:
        return (words.failure, nil)
      }
    }
    return nil
  }

  /// Numbers of three digits that stand behind a word such as `status`, with at most some signs between.
  private static func statusCodes(in text: String) -> Set<Int> {
    var codes: Set<Int> = []
    let words = text.split { !$0.isLetter && !$0.isNumber }
    for (index, word) in words.enumerated() where word.utf8.count == 3 {
      guard let code = Int(word), (400...599).contains(code) else { continue }
      let before = words[max(0, index - 2)..<index]
      if before.contains(where: { ["status", "code", "http", "error", "statuscode"].contains($0) }) {
        codes.insert(code)
      }
    }
    return codes
  }
}
