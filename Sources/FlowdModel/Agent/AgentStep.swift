/// `uses: agent` as the flow file says it.
package struct AgentStep: Equatable, Sendable {
  package enum Output: String, Equatable, Sendable, CaseIterable {
    case text, json
  }

  package var prompt: Template
  package var system: Template?
  /// A document of the flow, by name.
  package var persona: String?
  /// Documents of the flow, by name.
  package var contracts: [String]
  /// `nil`: the run's.
  package var provider: Template?
  package var model: Template?
  package var isReadOnly: Bool
  package var output: Output
  /// A JSON Schema that the output must fit; only with `.json`.
  package var schema: JSONValue?
  /// In bytes; a longer answer fails the attempt.
  package var outputBytesMax: Int

  package init(
    prompt: Template, system: Template? = nil, persona: String? = nil, contracts: [String] = [],
    provider: Template? = nil, model: Template? = nil, isReadOnly: Bool = true, output: Output = .text,
    schema: JSONValue? = nil, outputBytesMax: Int = Limits.resultBytesMax
  ) {
    self.prompt = prompt
    self.system = system
    self.persona = persona
    self.contracts = contracts
    self.provider = provider
    self.model = model
    self.isReadOnly = isReadOnly
    self.output = output
    self.schema = schema
    self.outputBytesMax = outputBytesMax
  }
}

/// A Markdown file that a flow's agents are given, as it was when the flow was looked up.
package struct FlowDocument: Equatable, Sendable {
  package enum Kind: String, Equatable, Sendable, CaseIterable {
    case persona, contract
  }

  package var kind: Kind
  package var name: String
  package var text: String

  package init(kind: Kind, name: String, text: String) {
    self.kind = kind
    self.name = name
    self.text = text
  }
}
