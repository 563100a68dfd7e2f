/// The executor of `agent` steps: providers that speak OpenAI's protocol, and commands of this machine.
enum FlowdAgents {}
