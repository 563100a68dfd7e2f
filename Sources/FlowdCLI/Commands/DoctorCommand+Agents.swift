internal import FlowdClient
internal import FlowdModel
internal import FlowdWire

/// Whether the kernel can confine agents that may only read.
enum ConfinementCheck {
  /// - Parameter landlock: Its version, from 1; 0: there is none.
  static func check(landlock: Int32) -> DoctorCommand.Check {
    guard landlock > 0 else {
      return .init(
        result: .warning, text: "the kernel has no Landlock, so programs cannot be confined, and read-only agents fail",
        hint: "add landlock to the list of lsm= on the kernel's command line (Linux 5.13 or later)")
    }
    return .init(result: .ok, text: "read-only agents are confined by the kernel (Landlock version \(landlock))")
  }
}

/// Whether the providers that agents may use can be used.
enum ProviderChecks {
  private static let patience = Duration.seconds(20)

  static func checks(of socket: SocketPath, now: Timestamp) -> [DoctorCommand.Check] {
    let client = FlowdClient(socket: socket, options: .init(autoSpawn: nil, timeout: patience))
    do throws(ClientError) {
      return checks(try client.send(API.ProviderList.self, .init(check: true)).wait().providers, now: now)
    } catch {
      return [.init(result: .warning, text: "providers not checked: \(error.message)")]
    }
  }

  /// One line for those that can be used, one for those that cannot, and one for each that is held; names without a kind
  /// are left out.
  static func checks(_ providers: [API.Provider], now: Timestamp) -> [DoctorCommand.Check] {
    let known = providers.filter { !$0.kind.isEmpty }
    let usable = known.filter(ProviderText.isUsable)
    let others = known.filter { !ProviderText.isUsable($0) && $0.heldUntil == nil }
    var checks: [DoctorCommand.Check] = []
    if !usable.isEmpty {
      let names = usable.map(\.providerID).joined(separator: ", ")
      checks.append(.init(result: .ok, text: "providers that can be used: \(names)"))
    }
    for provider in known {
      guard let until = provider.heldUntil else { continue }
      let time = ProviderText.held(until, now: now)
      let text = "provider \(provider.providerID) is held \(time): its quota is exhausted"
      checks.append(.init(result: .warning, text: text, hint: "its steps wait until then"))
    }
    if !others.isEmpty {
      let text = "providers that cannot be used: \(others.map(\.providerID).joined(separator: ", "))"
      checks.append(.init(result: .warning, text: text, hint: "why: flowctl providers --check"))
    }
    guard !known.isEmpty else {
      let text = "no provider says how its models are reached, so agent steps fail"
      let hint = "docs/PROVIDERS.md has the configuration of each kind"
      return [.init(result: .warning, text: text, hint: hint)]
    }
    return checks
  }
}
