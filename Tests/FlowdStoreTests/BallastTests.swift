import FlowdModel
import Glibc
import Testing

@testable import FlowdStore

@Suite("Ballast")
struct BallastTests {
  /// Size and room on the disk, in bytes; `nil`: no such file.
  private func taken(_ path: String) -> (size: Int64, room: Int64)? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    return (Int64(status.st_size), Int64(status.st_blocks) * 512)
  }

  @Test("Opening a database takes the room; it is given back and taken again, as often as asked")
  func comesAndGoes() throws {
    let folder = TemporaryFolder()
    let path = "\(folder.path)/flowd.ballast"
    let store = try SQLiteStore(folder)
    for _ in 0..<3 {
      let full = try #require(taken(path))
      #expect(full.size == Limits.ballastBytes && full.room >= Limits.ballastBytes)
      for _ in 0..<2 { store.releaseBallast() }
      #expect(try #require(taken(path)) == (0, 0))
      for _ in 0..<2 { #expect(store.restoreBallast()) }
    }
    store.releaseBallast()
    _ = try SQLiteStore(folder)
    #expect(try #require(taken(path)).size == Limits.ballastBytes)
  }

  @Test("Nobody else may read it")
  func mode() throws {
    let folder = TemporaryFolder()
    _ = try SQLiteStore(folder)
    var status = stat()
    #expect(stat("\(folder.path)/flowd.ballast", &status) == 0 && status.st_mode & 0o777 == 0o600)
  }

  @Test("Where there is no room, nothing is taken")
  func noRoom() throws {
    let folder = TemporaryFolder()
    let path = "\(folder.path)/b"
    for bytes: Int64 in [1 << 50, .max] {
      #expect(!Ballast(path: path, bytes: bytes).restore())
      #expect(try #require(taken(path)) == (0, 0))
    }
    #expect(Ballast(path: path, bytes: 4_096).restore())
  }

  @Test("A half-made one is completed, and a sparse one filled")
  func incomplete() throws {
    let folder = TemporaryFolder()
    let path = "\(folder.path)/b"
    folder.write([1, 2, 3], to: "b")
    #expect(Ballast(path: path, bytes: 65_536).restore())
    #expect(try #require(taken(path)) == (65_536, 65_536))
    #expect(truncate(path, 0) == 0 && truncate(path, 65_536) == 0)
    #expect(try #require(taken(path)).room == 0)
    #expect(Ballast(path: path, bytes: 65_536).restore())
    #expect(try #require(taken(path)).room >= 65_536)
  }

  @Test("Where no file can be made, the database works without")
  func noFile() throws {
    let folder = TemporaryFolder()
    let path = "\(folder.path)/flowd.ballast"
    #expect(symlink("/nowhere", path) == 0)
    let store = try SQLiteStore(folder)
    store.releaseBallast()
    // What never had room kept for it does not wait for that room either.
    #expect(store.restoreBallast())
    try store.commit { $0.newSessions = [Samples.session(1)] }
  }
}
