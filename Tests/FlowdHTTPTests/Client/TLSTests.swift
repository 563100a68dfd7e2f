import FlowdHTTP
import FlowdModel
import Testing

@Suite(.enabled(if: TLSServer.isThere)) struct TLSTests {
  private let folder: TemporaryFolder
  private let bench: ClientBench

  init() throws {
    folder = try TemporaryFolder()
    bench = try ClientBench()
    try TLSServer.makeCertificate("server", for: "DNS:localhost", in: folder)
    try TLSServer.makeCertificate("me", for: "DNS:me.test", in: folder)
  }

  private func get(
    _ server: TLSServer, host: String = "localhost", _ change: (inout HTTPCall) -> Void = { _ in }
  ) -> CallRecord {
    bench.get("https://\(host):\(server.port)/") {
      $0.tls.caFile = folder.path + "/server.pem"
      change(&$0)
    }
  }

  @Test func aCertificateOfATrustedAuthorityIsAccepted() throws {
    let server = try TLSServer(folder, certificate: "server")
    let record = get(server)
    #expect(record.status == 200, "\(record.message)")
    #expect((record.end?.info.timings.tls ?? 0) > 0)
  }

  @Test func anUnknownAuthorityIsATLSFailure() throws {
    let server = try TLSServer(folder, certificate: "server")
    let record = get(server) { $0.tls.caFile = nil }
    #expect(record.failure == .tls)
    #expect(record.message.contains("not signed by an authority that is trusted here"), "\(record.message)")
  }

  @Test func anotherNameIsATLSFailureAndVerifyFalseTakesIt() throws {
    let server = try TLSServer(folder, certificate: "server")
    let record = get(server, host: "127.0.0.1")
    #expect(record.failure == .tls)
    #expect(
      record.message == "the certificate of 127.0.0.1 does not fit its name; use the name that it is for",
      "\(record.message)")
    let unverified = get(server, host: "127.0.0.1") { $0.tls = HTTPRequest.TLS(verifies: false) }
    #expect(unverified.status == 200, "\(unverified.message)")
    #expect(get(server, host: "127.0.0.1").failure == .tls, "what was not verified is not used again")
  }

  @Test func aClientShowsItsCertificate() throws {
    let server = try TLSServer(
      folder, certificate: "server", ["-Verify", "1", "-verify_return_error", "-CAfile", folder.path + "/me.pem"])
    let without = get(server)
    #expect(without.endCount == 1 && without.status == 0)
    let with = get(server) { $0.tls.certificate = folder.path + "/me.pem" }
    #expect(with.status == 200, "\(with.message)")
    let broken = get(server) { $0.tls.certificate = "/dev/null" }
    #expect(broken.failure == .tls)
  }

  @Test func anOldVersionOfTLSIsRefused() throws {
    let server = try TLSServer(folder, certificate: "server", ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"])
    #expect(get(server).failure == .tls)
  }
}
