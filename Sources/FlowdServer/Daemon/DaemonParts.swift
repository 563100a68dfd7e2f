internal import CLinux
internal import FlowdAgents
internal import FlowdChecks
internal import FlowdEngine
internal import FlowdFiles
internal import FlowdHTTP
internal import FlowdLua
internal import FlowdModel
internal import FlowdSteps
internal import FlowdStore
internal import Glibc

/// Everything a daemon is made of, put together before it serves.
struct DaemonParts {
  let options: DaemonOptions
  let log: Log
  let engine: Engine
  let store: SQLiteStore
  let mailbox: Mailbox
  let writer: Worker<SQLiteStore>
  let reader: Worker<SQLiteReader>
  let history: Worker<SQLiteReader>
  let files: Worker<FlowCatalog>
  let executor: CommandExecutor
  let scripts: ScriptExecutor
  let client: HTTPClient
  let http: HTTPExecutor
  let agents: AgentExecutor
  let signalFD: Int32
  let epoch: String

  /// - Throws: A sentence for the person who started the daemon. What was there before is as it was.
  init(_ options: DaemonOptions, log: Log, config: Config, signalFD: Int32) throws(StartError) {
    self.options = options
    self.log = log
    self.signalFD = signalFD
    mailbox = Mailbox()
    let store = try DaemonParts.open(options, log)
    self.store = store
    let seed = DaemonParts.randomSeed()
    epoch = UUIDv7(at: Clock.now, random: (seed, ~seed)).text
    do throws(StoreError) {
      let reader = try store.makeReader()
      engine = Engine(
        config: config, counters: try reader.counters(), seed: seed, evaluator: LuaEvaluator(), checks: ChecksRunner())
      engine.restore(holds: try reader.circuitHolds(), now: Clock.now)
      var definitions = StoredDefinitions()
      let secrets = SecretAnswers(state: options.state)
      for id in try reader.unfinishedSessions() {
        if let session = try reader.loadedSession(id, &definitions, secrets) { engine.restore(session) }
      }
    } catch {
      throw StartError("cannot read the database in \(options.state): \(error)")
    }
    let readerTool = try DaemonParts.makeReader(store)
    let historyTool = try DaemonParts.makeReader(store)
    do throws(OwnThread.StartError) {
      writer = try Worker(named: "writer") { store }
      reader = try Worker(named: "reader") { readerTool.value }
      history = try Worker(named: "history") { historyTool.value }
      let flows = options.configDirectory
      files = try Worker(named: "files") { FlowCatalog(configDirectory: flows) }
    } catch {
      throw StartError("cannot start a thread: \(errnoText(error.code))")
    }
    let launcher = "\(DaemonParts.ownDirectory())/flowd-launch"
    let secrets = SecretStore(
      environment: DaemonParts.environment(), directory: "\(options.configDirectory)/secrets")
    let deliver: @Sendable ([StepReport]) -> Void = { [mailbox] reports in
      mailbox.post { daemon in daemon.engine.apply(reports, now: daemon.turnTime) }
    }
    do throws(StepsError) {
      var commandOptions = CommandExecutor.Options()
      commandOptions.secrets = secrets
      executor = try CommandExecutor(launcherPath: launcher, options: commandOptions, deliver: deliver)
      scripts = try ScriptExecutor(read: StoredOutputs.reader(on: reader), deliver: deliver)
    } catch {
      throw StartError("cannot run commands: \(error)")
    }
    do throws(HTTPClientError) {
      client = try HTTPClient()
      http = try HTTPExecutor(
        client: client, secrets: secrets, directory: options.httpDirectory, deliver: deliver)
    } catch {
      throw StartError("cannot send requests: \(error.message)")
    }
    do throws(StepsError) {
      let own = [options.state, options.socket, "\(options.configDirectory)/secrets"]
      agents = try AgentExecutor(
        launcherPath: launcher, client: client, secrets: secrets, directory: "\(options.state)/agents",
        hiddenPaths: own, deliver: deliver)
    } catch {
      throw StartError("cannot run agents: \(error)")
    }
  }

  /// The daemon's own, `NAME=value`.
  private static func environment() -> [String] {
    var entries: [String] = []
    var next = environ
    while let entry = next.pointee {
      entries.append(String(cString: entry))
      next += 1
    }
    return entries
  }

  /// A reader on its way to its thread.
  private struct ReaderBox: @unchecked Sendable {
    // Unchecked: made here, used by one thread from then on.
    let value: SQLiteReader
  }

  private static func makeReader(_ store: SQLiteStore) throws(StartError) -> ReaderBox {
    do throws(StoreError) {
      return ReaderBox(value: try store.makeReader())
    } catch {
      throw StartError("cannot read the database: \(error)")
    }
  }

  private static func open(_ options: DaemonOptions, _ log: Log) throws(StartError) -> SQLiteStore {
    do throws(StoreError) {
      let store = try SQLiteStore(directory: options.state, checkBytesMax: Limits.checkBeforeServingBytesMax)
      if store.isLarge { checkBeside(store, log) }
      return store
    } catch {
      throw StartError("cannot open the database in \(options.state): \(error)")
    }
  }

  /// A large database is checked while it is already served; damage stops the daemon.
  private static func checkBeside(_ store: SQLiteStore, _ log: Log) {
    _ = try? OwnThread(named: "check") {
      do throws(StoreError) {
        try store.check()
      } catch {
        log.error("the database is damaged: flowd stops", ["error": error.description])
        if error.kind == .corrupt { exit(ExitCode.diskFailed) }
      }
    }
  }

  private static func randomSeed() -> UInt64 {
    let seed = clinux_random()
    return seed != 0 ? seed : Clock.monotonicNanoseconds ^ UInt64(getpid())
  }

  private static func ownDirectory() -> String {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = readlink("/proc/self/exe", &buffer, buffer.count)
    return PrivateDirectory.parent(of: String(decoding: buffer.prefix(max(0, count)), as: UTF8.self))
  }

  /// Reads the configuration; a file that is not there is an empty one.
  static func readConfig(_ path: String) -> Result<Config, StartError> {
    guard access(path, F_OK) == 0 || errno != ENOENT else { return .success(Config()) }
    do throws(FileReadError) {
      let bytes = try RegularFile.read(path, bytesMax: Limits.configFileBytesMax)
      let (config, diagnostics) = ConfigFile.parse(bytes, file: path, home: DefaultPaths.home)
      guard let config else {
        return .failure(StartError(diagnostics.map(\.description).joined(separator: "\n")))
      }
      return .success(config)
    } catch {
      return .failure(StartError("\(path): \(error.message)"))
    }
  }
}
