public import FlowdWire

extension FlowdClient {
  public var daemon: DaemonCalls { DaemonCalls(client: self) }
  public var provider: ProviderCalls { ProviderCalls(client: self) }
}

/// The calls of `flowd.v1.DaemonService`.
public struct DaemonCalls: Sendable {
  let client: FlowdClient

  /// - Parameter name: The client program's name and version.
  public func hello(client name: String) async throws(ClientError) -> API.DaemonServiceHelloResponse {
    try await client.call(API.DaemonHello.self, .init(client: name))
  }

  public func status() async throws(ClientError) -> API.DaemonServiceStatusResponse {
    try await client.call(API.DaemonStatus.self, .init())
  }
}

/// The calls of `flowd.v1.ProviderService`.
public struct ProviderCalls: Sendable {
  let client: FlowdClient

  public func list() async throws(ClientError) -> [API.Provider] {
    try await client.call(API.ProviderList.self, .init()).providers
  }
}
