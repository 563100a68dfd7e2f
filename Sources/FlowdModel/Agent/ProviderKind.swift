/// How a provider's models are reached.
package enum ProviderKind: Equatable, Sendable {
  /// Nothing says how: sessions may select it, and `agent` steps on it fail.
  case unspecified
  /// Any server that speaks OpenAI's chat completions.
  case openAI(OpenAIProvider)
  /// A command of this machine.
  case agent(AgentCommand)
}

/// `kind: openai`.
package struct OpenAIProvider: Equatable, Sendable {
  /// Up to what `/chat/completions` is appended to.
  package var baseURL: String
  /// Sent as a bearer token.
  package var key: Secret?
  package var headers: [HTTPRequest.Header]
  /// Added to each request, such as `temperature`.
  package var parameters: [JSONValue.Member]
  /// Without a byte from the server for so long, an attempt fails.
  package var silenceMax: Duration

  package init(
    baseURL: String, key: Secret? = nil, headers: [HTTPRequest.Header] = [], parameters: [JSONValue.Member] = [],
    silenceMax: Duration = Limits.agentSilenceDefault
  ) {
    self.baseURL = baseURL
    self.key = key
    self.headers = headers
    self.parameters = parameters
    self.silenceMax = silenceMax
  }
}

/// `kind: agent`.
package struct AgentCommand: Equatable, Sendable {
  package enum PromptBy: String, Equatable, Sendable, CaseIterable {
    /// `{prompt}` is an argument of its own; nothing is on standard input.
    case argument
    case stdin
    /// `{prompt_file}` is the path of a private file.
    case file
    /// In the protocol itself.
    case protocolMessage = "protocol"
  }

  package enum Output: String, Equatable, Sendable, CaseIterable {
    /// Standard output is the answer.
    case text
    /// A JSON object a line, read by `mapping`.
    case streamJSON = "stream-json"
    /// The Agent Client Protocol on standard input and output.
    case acp
  }

  /// Program and arguments. An element that is `{model}`, `{prompt}`, `{prompt_file}` or `{cwd}`, or holds `{model}` or
  /// `{cwd}` in `--name={model}`, is filled in; it stays one element.
  package var command: [String]
  /// Added when the step is read-only: the agent's own mode, which is a hint and never the boundary.
  package var readOnlyArguments: [String]
  package var promptBy: PromptBy
  package var output: Output
  package var mapping: StreamMapping?
  /// `NAME=value` entries over the run's environment.
  package var environment: [EnvironmentValue]
  /// Of ACP: the mode that is set when the step is read-only, such as `plan`; empty: none.
  package var readOnlyMode: String
  /// Without a byte from the agent for so long, an attempt fails.
  package var silenceMax: Duration

  package struct EnvironmentValue: Equatable, Sendable {
    package var name: String
    package var value: SecretText

    package init(_ name: String, _ value: SecretText) {
      self.name = name
      self.value = value
    }
  }

  package init(
    command: [String], readOnlyArguments: [String] = [], promptBy: PromptBy = .stdin, output: Output = .text,
    mapping: StreamMapping? = nil, environment: [EnvironmentValue] = [], readOnlyMode: String = "",
    silenceMax: Duration = Limits.agentSilenceDefault
  ) {
    self.command = command
    self.readOnlyArguments = readOnlyArguments
    self.promptBy = promptBy
    self.output = output
    self.mapping = mapping
    self.environment = environment
    self.readOnlyMode = readOnlyMode
    self.silenceMax = silenceMax
  }
}

/// What the lines of a `stream-json` agent mean: rules that are tried in order, the first that fits counts. Those of
/// `model` and `usage` only note something: the rules after them are tried as well.
package struct StreamMapping: Equatable, Sendable {
  package enum Meaning: String, Equatable, Sendable, CaseIterable {
    /// A piece of the answer; pieces are put together.
    case delta
    /// The whole answer, in place of the pieces.
    case answer
    case thought
    case tool
    case model
    /// An object with numbers of tokens; those of several lines are added up.
    case usage
    /// For people, and no part of the answer.
    case notice
    /// The attempt fails with the text.
    case error
    case ignore
  }

  package struct Rule: Equatable, Sendable {
    /// Paths such as `type` or `message.role`, and the value that one of the places they lead to must have.
    package var when: [JSONValue.Member]
    package var meaning: Meaning
    /// A path to the text, such as `delta.text` or `message.content[*].text`; a list's texts are put together.
    package var text: String

    package init(when: [JSONValue.Member], meaning: Meaning, text: String = "") {
      self.when = when
      self.meaning = meaning
      self.text = text
    }
  }

  package var rules: [Rule]

  package init(rules: [Rule]) { self.rules = rules }
}
