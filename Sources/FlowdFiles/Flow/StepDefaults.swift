internal import FlowdModel
internal import FlowdSchema

/// What `defaults` gives to steps.
struct StepDefaults {
  /// A check, and for which kinds it can be made.
  struct Expectation {
    var check: Check
    var kinds: [StepKind]
  }

  /// A name of a step's own results that is read in `defaults`.
  struct Mention {
    var name: String
    var position: SourcePosition
    /// For steps of these kinds that take the key.
    var kinds: [StepKind] = []
    var key = ""
  }

  /// Who takes a key of `defaults`.
  struct Taker: Hashable {
    var key: String
    var kind: StepKind
  }

  var env: [EnvironmentEntry] = []
  var expect: [Expectation] = []
  var retry = RetryKeys()
  var attempts = AttemptKeys()
  var baseURL: Template?
  /// It was given and could not be read, which is reported once.
  var baseURLIsWrong = false
  var headers: [HTTPHeaderTemplate] = []
  var mentions: [Mention] = []
  /// The first step of each kind that takes a key.
  var takers: [Taker: String] = [:]

  func env(for kind: StepKind) -> [EnvironmentEntry] { Self.applies("env", to: kind) ? env : [] }

  func expect(for kind: StepKind) -> [Check] { expect.filter { $0.kinds.contains(kind) }.map(\.check) }

  func attempts(for kind: StepKind) -> AttemptKeys {
    var keys = attempts
    if !Self.applies("timeout", to: kind) { keys.timeout = nil }
    if !Self.applies("deadline", to: kind) { keys.deadline = nil }
    if !Self.applies("on-restart", to: kind) { keys.onRestart = nil }
    if !Self.applies("circuit", to: kind) { keys.circuit = nil }
    return keys
  }

  /// Whether steps of a kind may have a key.
  static func applies(_ key: String, to kind: StepKind) -> Bool {
    Language.step.key(key)?.applies(to: kind) ?? false
  }
}

/// The keys about attempts that are one value each; `nil` for those that are not given.
struct AttemptKeys {
  var timeout: Duration?
  var deadline: Duration?
  var onRestart: RestartPolicy?
  var continueOnError: Bool?
  var circuit: String?
}

/// The keys of `retry`; `nil` for those that are not given.
struct RetryKeys {
  var limit: Int?
  var delay: Duration?
  var backoff: Double?
  var maxDelay: Duration?
  var jitter: Double?
  var condition: RetryPolicy.Condition?

  /// These where they are given, else the others.
  func over(_ other: RetryKeys) -> RetryKeys {
    RetryKeys(
      limit: limit ?? other.limit, delay: delay ?? other.delay, backoff: backoff ?? other.backoff,
      maxDelay: maxDelay ?? other.maxDelay, jitter: jitter ?? other.jitter, condition: condition ?? other.condition)
  }

  var policy: RetryPolicy {
    var policy = RetryPolicy()
    policy.limit = limit ?? policy.limit
    policy.delay = delay ?? policy.delay
    policy.backoff = backoff ?? policy.backoff
    // A delay beyond what is usual is meant, so it is not cut down silently.
    policy.maxDelay = maxDelay ?? max(policy.maxDelay, policy.delay)
    policy.jitter = jitter ?? policy.jitter
    policy.condition = condition ?? policy.condition
    return policy
  }
}
