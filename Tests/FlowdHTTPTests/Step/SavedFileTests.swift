import FlowdModel
import Glibc
import Testing

@testable import FlowdHTTP

/// Permissions, links and what else may stand where a step saves a body.
@Suite struct SavedFileTests {
  private let folder: TemporaryFolder
  private let bench: ExecutorBench
  private let server: ScriptedServer

  init() throws {
    folder = try TemporaryFolder()
    bench = try ExecutorBench(folder.path + "/http")
    server = try ScriptedServer.answering { _ in response("200 OK", [], "new") }
  }

  private func save(to path: String, umask: FileMask = FileMask(0o022)) -> StepResult {
    bench.get(server.url) {
      $0.saveTo = path
      $0.umask = umask
    }
  }

  private func mode(_ path: String) -> mode_t? {
    var status = stat()
    return lstat(path, &status) == 0 ? status.st_mode : nil
  }

  @Test(arguments: [0, 0o002, 0o022, 0o077, 0o777] as [UInt32])
  func aNewFileHasWhatTheMaskOfTheRunLeaves(_ bits: UInt32) throws {
    defer { server.stop() }
    let path = folder.path + "/out"
    #expect(save(to: path, umask: FileMask(bits)).status == 200)
    #expect(mode(path) == S_IFREG | 0o666 & ~bits)
  }

  @Test(arguments: [0o755, 0o640, 0o600, 0o666] as [mode_t])
  func aFileThatIsThereKeepsItsPermissions(_ permissions: mode_t) throws {
    defer { server.stop() }
    let path = try folder.write("old", to: "out")
    chmod(path, permissions)
    #expect(save(to: path, umask: .ownerOnly).status == 200)
    #expect(TemporaryFolder.read(path) == Array("new".utf8))
    #expect(mode(path) == S_IFREG | permissions)
  }

  @Test func aFileKeepsItsGroupAndOwnerWhereThatIsAllowed() throws {
    defer { server.stop() }
    guard getuid() == 0 else { return }
    let path = try folder.write("old", to: "out")
    chmod(path, 0o664)
    chown(path, 1, 2)
    #expect(save(to: path).status == 200)
    var status = stat()
    stat(path, &status)
    #expect(status.st_uid == 1 && status.st_gid == 2 && status.st_mode & 0o7777 == 0o664)
  }

  @Test func aSetUserIDBitGoesWithTheOldBytes() throws {
    defer { server.stop() }
    let path = try folder.write("old", to: "out")
    chmod(path, 0o4755)
    #expect(save(to: path).status == 200)
    #expect(mode(path) == S_IFREG | 0o755)
  }

  @Test func aLinkStaysAndWhatItLeadsToIsReplaced() throws {
    defer { server.stop() }
    mkdir(folder.path + "/elsewhere", 0o755)
    let target = try folder.write("old", to: "elsewhere/target")
    chmod(target, 0o640)
    let link = folder.path + "/link"
    symlink("second", link)
    symlink("elsewhere/target", folder.path + "/second")
    let result = save(to: link)
    #expect(result.status == 200 && result.details.exchange?.file == link)
    #expect(TemporaryFolder.read(target) == Array("new".utf8))
    #expect(mode(target) == S_IFREG | 0o640)
    #expect(mode(link).map { $0 & S_IFMT } == S_IFLNK)
    #expect(TemporaryFolder.names(in: folder.path + "/elsewhere") == ["target"])
  }

  @Test func aLinkToNothingIsRefused() throws {
    defer { server.stop() }
    let link = folder.path + "/link"
    symlink("nothing", link)
    let result = save(to: link)
    #expect(result.failure == .file && result.message.contains("leads nowhere"))
    #expect(folder.names.filter { $0 != "http" } == ["link"])
  }

  @Test func aLinkOfSomebodyElseInADirectoryForAllIsRefused() throws {
    defer { server.stop() }
    guard getuid() == 0, TemporaryFolder.read("/proc/sys/fs/protected_symlinks")?.first == UInt8(ascii: "1") else {
      return
    }
    let target = try folder.write("precious", to: "target")
    let shared = folder.path + "/shared"
    mkdir(shared, 0o1777)
    chmod(shared, 0o1777)
    symlink(target, shared + "/out")
    lchown(shared + "/out", 1, 1)
    #expect(save(to: shared + "/out").failure == .file)
    #expect(TemporaryFolder.read(target) == Array("precious".utf8))
  }

  @Test func aDeviceOrAPipeIsNotReplaced() throws {
    defer { server.stop() }
    let pipe = folder.path + "/pipe"
    mkfifo(pipe, 0o600)
    for path in ["/dev/null", pipe, folder.path] {
      let result = save(to: path)
      #expect(result.failure == .file && result.message.contains("not a regular file"), "\(path): \(result.message)")
    }
    #expect(mode("/dev/null").map { $0 & S_IFMT } == S_IFCHR)
    #expect(mode(pipe).map { $0 & S_IFMT } == S_IFIFO)
  }
}
