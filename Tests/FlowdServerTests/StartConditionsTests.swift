import Foundation
import Testing

@testable import FlowdServer

@Suite struct StartConditionsTests {
  private let folder = FileManager.default.temporaryDirectory.appending(path: "fd-\(UUID().uuidString.prefix(8))").path

  @Test func aSecondLockIsRefusedAndNamesTheHolder() throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    do {
      let first = try InstanceLock("\(folder)/lock", guarding: "the socket")
      do throws(StartError) {
        _ = try InstanceLock("\(folder)/lock", guarding: "the socket")
        Issue.record("the lock was given twice")
      } catch {
        #expect(error.message.contains("process \(getpid())"))
      }
      _ = consume first
    }
    _ = try InstanceLock("\(folder)/lock", guarding: "the socket")
  }

  @Test func directoriesAreMadePrivateAndForeignOnesRefused() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try PrivateDirectory.prepare("\(folder)/a/b")
    let mode = try FileManager.default.attributesOfItem(atPath: "\(folder)/a/b")[.posixPermissions] as? Int
    #expect(mode == 0o700)
    try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: "\(folder)/a/b")
    #expect(throws: StartError.self) { try PrivateDirectory.prepare("\(folder)/a/b") }
    try FileManager.default.createSymbolicLink(atPath: "\(folder)/link", withDestinationPath: "\(folder)/a")
    #expect(throws: StartError.self) { try PrivateDirectory.prepare("\(folder)/link") }
  }

  @Test func whatIsNotASocketIsNotReplaced() throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = "\(folder)/s"
    try Data("precious".utf8).write(to: URL(filePath: path))
    #expect(throws: StartError.self) { try Listener.bind(path) }
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "precious")
    #expect(throws: StartError.self) { try Listener.bind("/" + String(repeating: "x", count: 120)) }
  }
}
