internal import FlowdModel

extension ErrorClassification {
  /// What it means that an agent gave no answer, or not a whole one.
  ///
  /// An answer that broke off is not asked for again by itself: what came was shown, and was paid for.
  static func errorClass(of failure: AgentFailure) -> StepError.Class {
    switch failure {
    case .rateLimited, .unavailable, .timeout, .failed: .recoverable
    case .unauthorized, .notInstalled: .needsUser
    case .quotaExhausted, .contextLength, .rejected, .truncated, .refused, .invalidOutput, .tooLarge, .unconfined,
      .wrongModel:
      .fatal
    }
  }
}
