import Glibc
import Testing

@testable import FlowdClient

@Suite struct SocketPathTests {
  @Test(
    arguments: [
      (["FLOWD_SOCKET": "/x/y", "XDG_RUNTIME_DIR": "/run/user/1"], "/x/y"),
      (["FLOWD_SOCKET": "", "XDG_RUNTIME_DIR": "/run/user/1"], "/run/user/1/flowd/flowd.sock"),
      (["XDG_RUNTIME_DIR": "relative"], "/tmp/flowd-\(getuid())/flowd.sock"),
      ([:], "/tmp/flowd-\(getuid())/flowd.sock"),
    ] as [([String: String], String)])
  func followsTheEnvironment(_ environment: [String: String], _ path: String) throws {
    #expect(try SocketPath.standard(environment: environment).path == path)
  }

  @Test func hasABound() throws {
    let longest = "/" + String(repeating: "x", count: 106)
    #expect(try SocketPath(longest).path == longest)
    #expect(throws: ClientError.self) { try SocketPath(longest + "x") }
    #expect(throws: ClientError.self) { try SocketPath("relative") }
  }

  @Test func aDirectoryThatOthersMayHaveTouchedIsRefused() throws {
    let folder = try TemporaryFolder()
    let path = try SocketPath.standard(environment: ["XDG_RUNTIME_DIR": folder.path])
    #expect(try path.checkDirectory(creating: false) == false)
    #expect(try path.checkDirectory(creating: true))
    chmod(path.directory, 0o750)
    let open = #expect(throws: ClientError.self) { try path.checkDirectory(creating: false) }
    #expect(open?.message.contains("is open to others; run: chmod 700") == true)
    rmdir(path.directory)
    symlink("/tmp", path.directory)
    let link = #expect(throws: ClientError.self) { try path.checkDirectory(creating: true) }
    #expect(link?.message.contains("a symbolic link is not accepted") == true)
  }
}
