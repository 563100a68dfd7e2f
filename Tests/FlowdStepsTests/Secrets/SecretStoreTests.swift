import FlowdModel
import FlowdSteps
import Glibc
import Testing

struct SecretStoreTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func store(_ environment: [String] = []) -> SecretStore {
    SecretStore(environment: environment, directory: folder.path)
  }

  @Test func theNearestSourceWins() throws {
    _ = try folder.script("TOKEN", "of the file\n", mode: 0o600)
    let store = store(["OTHER=x", "TOKEN=of=the daemon", "TOKEN=second"])
    #expect(try store.value(of: Secret("TOKEN", value: "of the client")) == "of the client")
    #expect(try store.value(of: Secret("TOKEN")) == "of=the daemon")
    #expect(try self.store(["TOKENS=x"]).value(of: Secret("TOKEN")) == "of the file")
  }

  @Test(arguments: [
    ("value", "value"), ("value\n", "value"), ("value\r\n", "value"), ("value\n\n", "value\n"), (" grün \n", " grün "),
    ("", ""), ("two\nlines\n", "two\nlines"),
  ])
  func aFileLosesOneLineBreakAtItsEnd(content: String, value: String) throws {
    _ = try folder.script("A", content, mode: 0o600)
    #expect(try store().value(of: Secret("A")) == value)
  }

  @Test(arguments: [0o640, 0o604, 0o610, 0o601, 0o620, 0o602] as [mode_t])
  func aFileThatOthersMayReachIsRefused(mode: mode_t) throws {
    let path = try folder.script("TOKEN", "hunter2", mode: 0o600)
    #expect(chmod(path, mode) == 0)
    let error = #expect(throws: SecretError.self) { try store().value(of: Secret("TOKEN")) }
    #expect(error?.message == "secret TOKEN: the file \(path) may be read by others; chmod 600 it")
    #expect(chmod(path, 0o400) == 0)
    #expect(try store().value(of: Secret("TOKEN")) == "hunter2")
  }

  @Test func aSecretThatNobodyHasSaysWhereItWasLookedFor() throws {
    let error = #expect(throws: SecretError.self) { try store().value(of: Secret("API_KEY")) }
    #expect(
      error?.message == """
        secret API_KEY is not set: neither the client's nor the daemon's environment has API_KEY, and there is no file \
        \(folder.path)/API_KEY
        """)
    let missing = SecretStore(environment: [], directory: "\(folder.path)/nowhere")
    #expect(throws: SecretError.self) { try missing.value(of: Secret("API_KEY")) }
  }

  @Test func linksFoldersAndPipesAreRefused() throws {
    let target = try folder.script("TARGET", "hunter2", mode: 0o600)
    #expect(symlink(target, "\(folder.path)/LINK") == 0)
    #expect(mkfifo("\(folder.path)/PIPE", 0o600) == 0)
    #expect(mkdir("\(folder.path)/FOLDER", 0o700) == 0)
    defer { rmdir("\(folder.path)/FOLDER") }
    for (name, reason) in [
      ("LINK", "is a symbolic link; put the file itself there"), ("PIPE", "is not a regular file"),
      ("FOLDER", "is not a regular file"),
    ] {
      let error = #expect(throws: SecretError.self) { try store().value(of: Secret(name)) }
      #expect(error?.message == "secret \(name): the file \(folder.path)/\(name) \(reason)")
    }
  }

  @Test(.enabled(if: geteuid() == 0, "only root can give a file away"))
  func aFileOfSomebodyElseIsRefused() throws {
    let path = try folder.script("TOKEN", "hunter2", mode: 0o600)
    #expect(chown(path, 12_345, 12_345) == 0)
    let error = #expect(throws: SecretError.self) { try store().value(of: Secret("TOKEN")) }
    #expect(error?.message.contains("belongs to the user with the number 12345, not to the daemon's user 0") == true)
  }

  @Test(.enabled(if: geteuid() != 0, "root may read everything"))
  func aFileThatCannotBeReadSaysWhy() throws {
    _ = try folder.script("TOKEN", "hunter2", mode: 0o000)
    let error = #expect(throws: SecretError.self) { try store().value(of: Secret("TOKEN")) }
    #expect(error?.message.contains("cannot be read: EACCES") == true)
  }

  @Test func contentThatIsNoTextIsRefusedWithoutShowingIt() throws {
    let latin = try folder.script("LATIN", "hunter2", mode: 0o600)
    let file = open(latin, O_WRONLY | O_APPEND | O_CLOEXEC)
    #expect(write(file, [0xE9], 1) == 1)
    close(file)
    let noText = #expect(throws: SecretError.self) { try store().value(of: Secret("LATIN")) }
    #expect(noText?.message == "secret LATIN: the file \(latin) is not UTF-8")
    let zero = try folder.script("ZERO", "hunter2", mode: 0o600)
    #expect(truncate(zero, 10) == 0)
    let noString = #expect(throws: SecretError.self) { try store().value(of: Secret("ZERO")) }
    #expect(noString?.message == "secret ZERO: the file \(zero) has a NUL character")
    let nul = #expect(throws: SecretError.self) { try store().value(of: Secret("A", value: "a\0b")) }
    #expect(nul?.message == "secret A: its value has a NUL character")
  }

  @Test func aValueHasABound() throws {
    let largest = String(repeating: "x", count: Limits.secretBytesMax)
    _ = try folder.script("LARGEST", largest + "\n", mode: 0o600)
    #expect(try store().value(of: Secret("LARGEST")) == largest)
    for content in [largest + "x", largest + "xyz"] {
      let path = try folder.script("LARGE", content, mode: 0o600)
      let error = #expect(throws: SecretError.self) { try store().value(of: Secret("LARGE")) }
      #expect(error?.message == "secret LARGE: the file \(path) has more than 65536 bytes")
    }
    let error = #expect(throws: SecretError.self) { try store(["A=x\(largest)"]).value(of: Secret("A")) }
    #expect(error?.message == "secret A: the value in the daemon's environment has more than 65536 bytes")
  }

  @Test(arguments: ["", "../TOKEN", "a/b", "1A", ".hidden", "-x", "a..b", "a b", "a\0", "ä", "@A", "[A"])
  func namesThatCouldLeaveTheDirectoryAreRefused(name: String) throws {
    let error = #expect(throws: SecretError.self) { try store(["\(name)=x"]).value(of: Secret(name)) }
    #expect(error?.message.contains("is not a name of a secret") == true)
  }

  @Test(arguments: ["A", "_", "a.b-c_9", "API_KEY"])
  func otherNamesAreGood(name: String) throws {
    #expect(try store(["\(name)=x"]).value(of: Secret(name)) == "x")
  }
}
