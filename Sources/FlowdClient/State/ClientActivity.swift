internal import FlowdModel
public import FlowdWire

/// Which changes and actions wait for the daemon, so that a user interface can show and hold back its buttons.
public final class ClientActivity: Sendable {
  /// What is under way at one instant.
  public struct State: Equatable, Sendable {
    fileprivate var metadataWrites: [String: Int] = [:]
    fileprivate var actions: [String: [API.Method]] = [:]

    /// A change of the session's flow, provider, model or mode has no reply yet.
    public func isMetadataPending(sessionID: String) -> Bool { metadataWrites[sessionID, default: 0] > 0 }

    /// The oldest start, cancel, answer, pause, resume or rerun without a reply.
    ///
    /// - Parameter id: A session's or a run's, as the request named it.
    public func actionInFlight(_ id: String) -> API.Method? { actions[id]?.first }
  }

  /// What `end` needs to know.
  struct Entry: Sendable {
    var ids: [String] = []
    var method: API.Method
    var isMetadata = false
  }

  private struct Shared: Sendable {
    var state = State()
    var observers: [Int: AsyncStream<State>.Continuation] = [:]
    var nextObserver = 0
  }

  private let shared = Locked(Shared())

  init() {}

  public var state: State { shared.withLock { $0.state } }

  public func isMetadataPending(sessionID: String) -> Bool { state.isMetadataPending(sessionID: sessionID) }

  public func actionInFlight(_ id: String) -> API.Method? { state.actionInFlight(id) }

  /// The state now and after each change; a slow reader gets the newest one.
  public var states: AsyncStream<State> {
    AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
      let id = shared.withLock { shared in
        shared.nextObserver += 1
        shared.observers[shared.nextObserver] = continuation
        continuation.yield(shared.state)
        return shared.nextObserver
      }
      continuation.onTermination = { [weak self] _ in
        _ = self?.shared.withLock { $0.observers.removeValue(forKey: id) }
      }
    }
  }

  func begin(_ method: API.Method, _ request: some Message) -> Entry {
    var entry = Entry(method: method)
    guard let targeted = request as? any TargetedRequest else { return entry }
    switch method {
    case .sessionSetExecutedFlow, .sessionSetProviderModel, .sessionSetMode: entry.isMetadata = true
    default: break
    }
    entry.ids = targeted.targetIDs.filter { !$0.isEmpty }
    change { state in
      for id in entry.ids {
        if entry.isMetadata {
          state.metadataWrites[id, default: 0] += 1
        } else {
          state.actions[id, default: []].append(method)
        }
      }
    }
    return entry
  }

  func end(_ entry: Entry) {
    guard !entry.ids.isEmpty else { return }
    change { state in
      for id in entry.ids {
        if entry.isMetadata {
          let left = state.metadataWrites[id, default: 1] - 1
          state.metadataWrites[id] = left == 0 ? nil : left
        } else if let index = state.actions[id]?.firstIndex(of: entry.method) {
          state.actions[id]?.remove(at: index)
          if state.actions[id]?.isEmpty == true { state.actions[id] = nil }
        }
      }
    }
  }

  private func change(_ body: (inout State) -> Void) {
    shared.withLock { shared in
      body(&shared.state)
      for observer in shared.observers.values { observer.yield(shared.state) }
    }
  }
}

/// A request that changes or acts on a session or a run.
private protocol TargetedRequest {
  var targetIDs: [String] { get }
}

extension API.SessionServiceSetExecutedFlowRequest: TargetedRequest {
  fileprivate var targetIDs: [String] { [sessionID] }
}

extension API.SessionServiceSetProviderModelRequest: TargetedRequest {
  fileprivate var targetIDs: [String] { [sessionID] }
}

extension API.SessionServiceSetModeRequest: TargetedRequest {
  fileprivate var targetIDs: [String] { [sessionID] }
}

extension API.FlowServiceStartRequest: TargetedRequest {
  fileprivate var targetIDs: [String] { [sessionID] }
}

extension API.FlowServiceCancelRequest: TargetedRequest {
  fileprivate var targetIDs: [String] { [sessionID, runID] }
}

extension API.FlowServiceAnswerRequest: TargetedRequest {
  fileprivate var targetIDs: [String] { [runID] }
}

extension API.FlowServicePauseRequest: TargetedRequest {
  fileprivate var targetIDs: [String] { [runID] }
}

extension API.FlowServiceResumeRequest: TargetedRequest {
  fileprivate var targetIDs: [String] { [runID] }
}

extension API.FlowServiceRerunRequest: TargetedRequest {
  fileprivate var targetIDs: [String] { [runID] }
}
