import CLinux
import Foundation
import Glibc

/// `openssl s_server`, with certificates made for the test by `openssl`.
final class TLSServer {
  static let openssl = "/usr/bin/openssl"
  static var isThere: Bool { access(openssl, X_OK) == 0 }

  struct ServerError: Error { var text: String }

  let port: Int
  private let process: Process

  /// - Parameter arguments: Beside the certificate: `NAME.pem` has it and its key.
  init(_ folder: TemporaryFolder, certificate name: String, _ arguments: [String] = []) throws {
    for _ in 0..<20 {
      // Below those that the kernel gives away; what the program says about its own is not flushed into a pipe.
      let port = Int.random(in: 16_384..<32_768)
      guard let process = try Self.start(folder, name, arguments, port) else { continue }
      (self.port, self.process) = (port, process)
      return
    }
    throw ServerError(text: "openssl s_server does not listen")
  }

  /// - Returns: `nil` when it ended, as it does where somebody else has the port.
  private static func start(
    _ folder: TemporaryFolder, _ name: String, _ arguments: [String], _ port: Int
  ) throws -> Process? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: openssl)
    process.arguments =
      [
        "s_server", "-accept", "127.0.0.1:\(port)", "-cert", "\(folder.path)/\(name).pem", "-key",
        "\(folder.path)/\(name).pem", "-www",
      ] + arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    try process.run()
    for _ in 0..<12_000 where process.isRunning {
      if isListening(port) { return process.isRunning ? process : nil }
      usleep(5_000)
    }
    kill(process.processIdentifier, SIGKILL)
    return nil
  }

  private static func isListening(_ port: Int) -> Bool {
    let raw = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(raw) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(raw, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }

  deinit {
    // It inherits a mask that holds back SIGTERM.
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  /// Makes `NAME.pem`, which signs itself.
  ///
  /// - Parameter names: Such as `DNS:a.test,IP:127.0.0.1`.
  static func makeCertificate(_ name: String, for names: String, in folder: TemporaryFolder, days: Int = 2) throws {
    let file = "\(folder.path)/\(name).pem"
    let process = Process()
    process.executableURL = URL(fileURLWithPath: openssl)
    process.arguments = [
      "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", file + ".key",
      "-out", file + ".crt", "-days", "\(days)", "-subj", "/CN=\(name)", "-addext", "subjectAltName=\(names)",
    ]
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard let key = TemporaryFolder.read(file + ".key"), let certificate = TemporaryFolder.read(file + ".crt") else {
      throw ServerError(text: "openssl made no certificate")
    }
    try Data(certificate + key).write(to: URL(fileURLWithPath: file))
  }
}
