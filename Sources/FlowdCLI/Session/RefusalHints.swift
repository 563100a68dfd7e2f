internal import FlowdClient
internal import FlowdModel
internal import FlowdWire

/// What a person can do about a refusal, in terms of this program.
enum RefusalHints {
  static func add(to error: inout CLIError, _ refusal: CallRefusal, _ context: Context) {
    if let sentence = FieldText.sentence(refusal) { error.message = sentence }
    switch refusal.reason {
    case "FLOW_NOT_FOUND":
      error.message = cutAtSemicolon(error.message)
      error.hints += flows(near: refusal.metadata["flow_id"] ?? "", context)
    case "FLOW_INVALID":
      error.hints.append("all of it: flowctl validate \(refusal.metadata["flow_id"] ?? "FLOW")")
    case "NO_FLOW_SELECTED":
      error.message = "the session has no flow to run"
      error.hints += ["name one: flowctl run FLOW"] + flows(near: "", context)
    case "RUN_ACTIVE":
      let run = refusal.metadata["run_id"].map(ShortID.of) ?? ""
      error.message = run.isEmpty ? "a run is active" : "run \(run) is active in this session"
      error.hints += [
        "end it: flowctl cancel \(run)", "watch it: flowctl watch",
        "or start all the same: --if-active queue, replace or parallel",
      ]
    case "PROVIDER_NOT_FOUND", "MODEL_NOT_FOUND":
      error.message = cutAtSemicolon(error.message)
      error.hints += providers(context, of: refusal.metadata["provider_id"])
    case "EXPECTATION_FAILED":
      if let meta = refusal.meta {
        error.hints.append("it is now: \(MetaText.oneLine(meta))")
      }
      error.hints.append("somebody else changed the session; look (flowctl meta) and try again")
    case "SESSION_NOT_FOUND":
      error.message = cutAtSemicolon(error.message)
      error.hints.append("open one: flowctl new      list them: flowctl sessions --all")
    case "SESSION_CLOSED": error.hints = ["open another: flowctl new"]
    case "RUN_NOT_FOUND":
      error.message = cutAtSemicolon(error.message)
      error.hints.append("list them: flowctl runs --all")
    case "RUN_ENDED":
      let run = refusal.metadata["run_id"].map(ShortID.of) ?? ""
      error.message = "run \(run) has ended: \(refusal.metadata["status"] ?? "-")"
      error.hints += ["look at it: flowctl show \(run)", "run it again: flowctl rerun \(run)"]
    case "RUN_AMBIGUOUS": error.hints.append("name one of them: flowctl runs")
    case "NO_INPUT_WAITS", "INPUT_NOT_FOUND", "INPUT_ANSWERED":
      error.hints.append("what waits: flowctl runs --all --status waiting")
    case "NO_ACTIVE_RUN": error.message = "the session has no active run to cancel"
    case "INPUT_INVALID": error.hints.append("give inputs with --input NAME=VALUE or --inputs-json '{…}'")
    default: break
    }
  }

  /// The daemon's own advice names methods; ours names commands.
  private static func cutAtSemicolon(_ message: String) -> String {
    message.split(separator: ";", maxSplits: 1).first.map(String.init) ?? message
  }

  private static func flows(near name: String, _ context: Context) -> [String] {
    let request = API.FlowServiceListRequest(workspace: context.workspace)
    guard let flows = try? context.client().send(API.FlowList.self, request).wait().flows, !flows.isEmpty else {
      return ["no flows are visible here; put one into .flowd/flows/NAME.flow.yaml"]
    }
    let ids = flows.map(\.flowID)
    let near = NearMiss.nearest(to: name, among: ids)
    let listed = ids.prefix(8).joined(separator: ", ") + (ids.count > 8 ? ", … (flowctl flows)" : "")
    return (near.map { ["did you mean \($0)?"] } ?? []) + ["flows here: \(listed)"]
  }

  /// The models of a provider, or the providers.
  private static func providers(_ context: Context, of id: String?) -> [String] {
    guard let providers = try? context.client().send(API.ProviderList.self, .init()).wait().providers,
      !providers.isEmpty
    else { return ["no providers are configured; see: flowctl status"] }
    if let provider = providers.first(where: { $0.providerID == id }), !provider.modelIDs.isEmpty {
      return ["models of \(provider.providerID): " + provider.modelIDs.joined(separator: ", ")]
    }
    return ["providers: " + providers.map(\.providerID).joined(separator: ", ") + " (flowctl providers)"]
  }
}
