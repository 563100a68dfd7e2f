/// One attempt of an `agent` step, ready to be executed.
package struct AgentRequest: Equatable, Sendable {
  package var attempt: AttemptID
  package var provider: ProviderDefinition
  package var model: String
  /// What the agent is told it is; empty: nothing.
  package var system: String
  /// With persona, contracts and what people answered before; exactly what is stored with the attempt.
  package var prompt: String
  package var isReadOnly: Bool
  package var output: AgentStep.Output
  package var schema: JSONValue?
  package var outputBytesMax: Int
  /// As of a command; the whole of it.
  package var environment: [String]
  /// Variables whose values hold secrets of the daemon.
  package var environmentSecrets: [EnvironmentSecret]
  /// Absolute.
  package var workingDirectory: String
  package var umask: FileMask
  package var timeout: Duration?
  /// Whether a permission may be asked of a person; else it is denied.
  package var mayAsk: Bool
  /// What people answered to earlier attempts: an agent that asks the same again gets the same answer, once for each.
  package var permissions: [AgentUse.Permission]
  package var secrets: [Secret]
  /// Values that must not appear in anything that is reported, beside those of its own secrets.
  package var redacted: [String]
  /// Secrets whose values must not appear there either, if they have one: whoever executes the request looks them up.
  package var alsoRedacted: [Secret] = []
  /// Of the configuration, as it is when the attempt starts.
  package var rules: AgentRules

  package init(
    attempt: AttemptID, provider: ProviderDefinition, model: String, system: String = "", prompt: String,
    isReadOnly: Bool = true, output: AgentStep.Output = .text, schema: JSONValue? = nil,
    outputBytesMax: Int = Limits.resultBytesMax, environment: [String] = [],
    environmentSecrets: [EnvironmentSecret] = [], workingDirectory: String,
    umask: FileMask = .ownerOnly, timeout: Duration? = nil, mayAsk: Bool = false,
    permissions: [AgentUse.Permission] = [], secrets: [Secret] = [],
    redacted: [String] = [], rules: AgentRules = AgentRules()
  ) {
    self.attempt = attempt
    self.provider = provider
    self.model = model
    self.system = system
    self.prompt = prompt
    self.isReadOnly = isReadOnly
    self.output = output
    self.schema = schema
    self.outputBytesMax = outputBytesMax
    self.environment = environment
    self.environmentSecrets = environmentSecrets
    self.workingDirectory = workingDirectory
    self.umask = umask
    self.timeout = timeout
    self.mayAsk = mayAsk
    self.permissions = permissions
    self.secrets = secrets
    self.redacted = redacted
    self.rules = rules
  }
}
