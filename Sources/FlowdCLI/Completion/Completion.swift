internal import FlowdClient
internal import FlowdModel
internal import FlowdWire

/// Works out what may stand at the end of a command line.
enum Completion {
  struct Candidate: Equatable {
    var word: String
    var help = ""
  }

  /// - Parameter words: After the program's name; the last is the one to complete and may be empty.
  static func candidates(for words: [String], _ context: Context) -> [Candidate] {
    let current = words.last ?? ""
    let position = Position(words.dropLast())
    var result: [Candidate]
    switch position.expects(current) {
    case .value(let kind, let step): result = values(kind, run: step, context)
    case .attachedValue(let option, let kind):
      return values(kind, run: nil, context).map { Candidate(word: "--\(option)=\($0.word)", help: $0.help) }.filter {
        $0.word.hasPrefix(current)
      }
    case .option(let options):
      result = options.map { Candidate(word: "--" + $0.name, help: $0.help) }
    case .command:
      result = CommandTable.visibleSpecs.map { Candidate(word: $0.name, help: $0.summary) }
    case .nothing: result = []
    }
    return result.filter { $0.word.hasPrefix(current) || $0.word.hasPrefix("__") }
  }

  private static func values(_ kind: CompletionKind, run: String?, _ context: Context) -> [Candidate] {
    switch kind {
    case .none: return []
    case .file: return [Candidate(word: "__files__")]
    case .directory: return [Candidate(word: "__directories__")]
    case .choices(let words): return words.map { Candidate(word: $0) }
    case .method: return API.Method.allCases.map { Candidate(word: $0.alias) }
    case .command: return CommandTable.visibleSpecs.map { Candidate(word: $0.name, help: $0.summary) }
    case .flow, .session, .run, .provider, .model, .step, .question:
      return LiveCandidates(context)?.candidates(kind, run: run) ?? []
    }
  }
}

/// Where on the command line the cursor is.
private struct Position {
  enum Expected {
    case command
    case option([any OptionDeclaration])
    case value(CompletionKind, run: String?)
    case attachedValue(option: String, CompletionKind)
    case nothing
  }

  private var spec: CommandSpec?
  private var operands: [String] = []
  private var pending: (any OptionDeclaration)?
  private var isAfterDashes = false

  init(_ words: ArraySlice<String>) {
    for word in words {
      if pending != nil {
        pending = nil
      } else if !isAfterDashes, word == "--" {
        isAfterDashes = true
      } else if !isAfterDashes, word.hasPrefix("-"), word != "-" {
        pending = word.contains("=") ? nil : find(word)
        if pending?.placeholder == nil { pending = nil }
      } else if spec == nil {
        spec = CommandTable.find(word)?.spec ?? CommandSpec("", "")
      } else {
        operands.append(word)
      }
    }
  }

  private var options: [any OptionDeclaration] { (spec?.options ?? []) + GlobalOptions.all }

  private func find(_ word: String) -> (any OptionDeclaration)? {
    options.first { option in "--" + option.name == word || option.short.map { "-\($0)" == word } ?? false }
  }

  func expects(_ current: String) -> Expected {
    if let pending { return .value(pending.completion, run: operands.first) }
    if !isAfterDashes, current.hasPrefix("-") {
      if let equals = current.firstIndex(of: "="), let option = find(String(current[..<equals])) {
        return .attachedValue(option: option.name, option.completion)
      }
      return .option(options)
    }
    guard let spec else { return .command }
    if operands.count < spec.operands.count {
      return .value(spec.operands[operands.count].completion, run: operands.first)
    }
    if let last = spec.operands.last, last.isRepeated { return .value(last.completion, run: operands.first) }
    return .nothing
  }
}

/// Candidates that only a running daemon knows; none is started for them.
private struct LiveCandidates {
  private let client: FlowdClient
  private let context: Context

  init?(_ context: Context) {
    guard let socket = try? context.socketPath() else { return nil }
    client = FlowdClient(socket: socket, options: .init(autoSpawn: nil, timeout: .seconds(1)))
    self.context = context
  }

  func candidates(_ kind: CompletionKind, run: String?) -> [Completion.Candidate] {
    let found: [(String, String)]?
    switch kind {
    case .flow:
      found = reply(API.FlowList.self, .init(workspace: context.workspace))?.flows.map { flow in
        (flow.flowID, flow.description.isEmpty ? flow.name : flow.description)
      }
    case .session:
      found = reply(API.SessionList.self, .init(pageSize: 100))?.sessions.map { entry in
        (ShortID.of(entry.meta?.sessionID ?? ""), entry.meta.map { MetaText.oneLine($0) } ?? "")
      }
    case .run:
      found = reply(API.FlowListRuns.self, .init(workspace: context.workspace, pageSize: 50))?.runs.map { run in
        (ShortID.of(run.runID), "\(run.snapshot?.flowID ?? "") \(StatusText.name(run.status))")
      }
    case .provider: found = providers?.map { ($0.providerID, $0.label) }
    case .model: found = providers?.flatMap { provider in provider.modelIDs.map { ($0, provider.providerID) } }
    case .step: found = self.run(run)?.steps.filter { $0.parentStepID.isEmpty }.map { ($0.stepID, $0.label) }
    case .question: found = self.run(run).map { Question.all(of: $0).map { ($0.stepID, $0.input.prompt) } }
    case .none, .file, .directory, .choices, .method, .command: found = nil
    }
    return (found ?? []).map { .init(word: TerminalText.sanitised($0), help: TerminalText.sanitised($1)) }
  }

  private var providers: [API.Provider]? { reply(API.ProviderList.self, .init())?.providers }

  /// The run that a word names; without one, or for `last`, the newest.
  private func run(_ named: String?) -> API.Run? {
    let runs = reply(API.FlowListRuns.self, .init(workspace: context.workspace, pageSize: 50))?.runs ?? []
    let isNewest = named == nil || named == "last"
    let run = runs.first { isNewest ? $0.parentRunID.isEmpty : ShortID.matches(named ?? "", $0.runID) }
    return run.flatMap { reply(API.FlowGetRun.self, .init(runID: $0.runID))?.run }
  }

  private func reply<RPC: UnaryRPC>(_ rpc: RPC.Type, _ request: RPC.Request) -> RPC.Response? {
    try? client.send(rpc, request).wait()
  }
}
