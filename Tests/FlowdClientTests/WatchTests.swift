import FlowdModel
import FlowdWire
import TestSupport
import Testing

@testable import FlowdClient

@Suite(.timeLimit(.minutes(1))) struct WatchTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func client() throws -> FlowdClient {
    FlowdClient(socket: try SocketPath(folder.socket), options: .init(autoSpawn: nil))
  }

  private static func event(_ number: UInt64) -> API.Event {
    API.Event(sessionID: "s", seq: number, position: number * 10, kind: .runPaused(.init()))
  }

  /// Serves events 1…`last`, breaks off after a few of them, and sends some twice.
  private static func flaky(last: UInt64, seed: UInt64) -> @Sendable (TestServer.Call) -> Void {
    let random = Locked(SplitMix64(seed: seed))
    return { call in
      guard let request = call.request(API.EventServiceWatchRequest.self) else { return }
      var next = (request.afterSeq > 0 ? request.afterSeq : request.afterPosition / 10) + 1
      let (count, goesBack) = random.withLock { random in
        (UInt64.random(in: 0...9, using: &random), Bool.random(using: &random))
      }
      if goesBack, next > 2 { next -= 2 }
      let end = min(last, next + count)
      while next <= end {
        call.send(event(next))
        next += 1
      }
      if end == last {
        call.endStream()
      } else {
        call.breakConnection()
      }
    }
  }

  @Test(arguments: [1, 2, 3] as [UInt64], [WatchTarget.session("s"), .workspace("/w"), .all])
  func everyEventComesOnceAcrossBrokenConnections(_ seed: UInt64, _ target: WatchTarget) async throws {
    let server = try TestServer(at: folder.socket, Self.flaky(last: 60, seed: seed))
    let client = try client()
    let seen = try await Background.run { () -> Result<[UInt64], ClientError> in
      let watch = client.openWatch(target, WatchOptions(untilNow: true))
      var seen: [UInt64] = []
      do throws(ClientError) {
        while let event = try watch.next() { seen.append(event.seq) }
      } catch {
        return .failure(error)
      }
      return .success(seen)
    }.get()
    #expect(seen == Array(1...60), "seed \(seed)")
    #expect(server.connectionCount > 1)
  }

  @Test func aRunsWatchEndsAfterTheRunAndNotBefore() async throws {
    let server = try TestServer(at: folder.socket) { call in
      // An end without the run's end, as of a daemon that stops; then the rest.
      if call.connection == 1 {
        call.send(Self.event(5))
        // The end of a step's run.
        call.send(API.Event(runID: "step", seq: 6, kind: .runFinished(.init(status: .succeeded))))
      } else {
        call.send(API.Event(runID: "r", seq: 7, kind: .runFinished(.init(status: .succeeded))))
      }
      call.endStream()
    }
    let client = try client()
    var seen: [UInt64] = []
    for try await event in client.watch(.run("r"), WatchOptions(afterSeq: 4)) { seen.append(event.seq) }
    #expect(seen == [5, 6, 7])
    #expect(server.connectionCount == 2)
  }

  @Test func aBrokenConnectionIsTold() async throws {
    let server = try TestServer(at: folder.socket) { call in
      call.send(Self.event(UInt64(call.connection)))
      if call.connection == 1 { call.breakConnection() } else { call.endStream() }
    }
    let client = try client()
    var updates: [WatchUpdate] = []
    for try await update in client.watchUpdates(.session("s"), WatchOptions(untilNow: true)) { updates.append(update) }
    #expect(
      updates == [
        .event(Self.event(1)), .disconnected(reason: "the daemon closed the connection"), .reconnected,
        .event(Self.event(2)),
      ])
    server.stop()
  }

  @Test func aSnapshotIsAskedForOnceAndGoneOnFrom() async throws {
    let requests = Recorder<API.EventServiceWatchRequest>()
    let server = try TestServer(at: folder.socket) { call in
      guard let request = call.request(API.EventServiceWatchRequest.self) else { return }
      requests.add(request)
      if request.snapshot {
        call.send(API.Event(sessionID: "s", seq: 12, kind: .snapshot(.init())))
        call.breakConnection()
      } else {
        call.send(Self.event(13))
        call.endStream()
      }
    }
    let client = try client()
    var seen: [UInt64] = []
    for try await event in client.watch(.session("s"), WatchOptions(snapshot: true, untilNow: true)) {
      seen.append(event.seq)
    }
    #expect(seen == [12, 13])
    #expect(requests.all.map(\.snapshot) == [true, false])
    #expect(requests.all.map(\.afterSeq) == [0, 12])
    server.stop()
  }

  @Test func aRefusedWatchThrows() async throws {
    let server = try TestServer(at: folder.socket) { $0.refuse(.init(code: 5, message: "no session x")) }
    let client = try client()
    await #expect(throws: ClientError.refused(.init(code: .notFound, message: "no session x"))) {
      for try await _ in client.watch(.session("x")) {}
    }
    #expect(server.connectionCount == 1)
  }

  @Test func anUnavailableDaemonIsTriedAgain() async throws {
    let server = try TestServer(at: folder.socket) { call in
      if call.connection == 1 {
        call.refuse(.init(code: 14, message: "ending"))
      } else {
        call.send(Self.event(1))
        call.endStream()
      }
    }
    let client = try client()
    var seen: [UInt64] = []
    for try await event in client.watch(.session("s"), WatchOptions(untilNow: true)) { seen.append(event.seq) }
    #expect(seen == [1])
    server.stop()
  }

  @Test func aWatchWithoutADaemonThrowsAtOnce() async throws {
    let client = try client()
    await #expect(throws: ClientError.self) { for try await _ in client.watch(.all) {} }
  }

  @Test func patienceWithADaemonThatStaysAwayEnds() async throws {
    let server = try TestServer(at: folder.socket) { $0.breakConnection() }
    let client = try client()
    let socket = folder.socket
    await #expect(throws: ClientError.self) {
      for try await update in client.watchUpdates(.all, WatchOptions(reconnectFor: .milliseconds(200))) {
        if case .disconnected = update {
          server.stop()
          _ = Shell.run("rm -f '\(socket)'")
        }
      }
    }
  }

  @Test func closeEndsAWaitingReader() async throws {
    let server = try TestServer(at: folder.socket) { _ in }
    let watch = try client().openWatch(.all)
    async let end = Background.run { Result { () throws(ClientError) in try watch.next() } }
    await eventually("the watch is there") { server.connectionCount == 1 }
    watch.close()
    #expect(try await end.get() == nil)
    await eventually("its connection ended") { server.endedCount == 1 }
  }

  @Test func leavingTheLoopEndsTheConnection() async throws {
    let server = try TestServer(at: folder.socket) { call in
      // More than are read ahead, so that the reading thread waits for room when the loop is left.
      for number in 1...3 * Limits.clientEventsMax { call.send(Self.event(UInt64(number))) }
    }
    let client = try client()
    for try await event in client.watch(.session("s")) where event.seq == 2 { break }
    await eventually("the watch has gone") { server.endedCount == 1 }
  }

  @Test func aCancelledTaskLeavesTheLoop() async throws {
    let server = try TestServer(at: folder.socket) { _ in }
    let client = try client()
    let task = Task { for try await _ in client.watch(.all) {} }
    await eventually("the watch is there") { server.connectionCount == 1 }
    task.cancel()
    try await task.value
    await eventually("the watch has gone") { server.endedCount == 1 }
  }

  @Test func pausesBetweenAttemptsGrowToTheirBound() {
    var backoff = Backoff()
    let pauses = (0..<12).map { _ in backoff.next() }
    #expect(pauses[0] <= .milliseconds(50))
    #expect(pauses.allSatisfy { $0 <= .milliseconds(Limits.reconnectDelayMillisecondsMax) })
    #expect(pauses[11] >= .milliseconds(Limits.reconnectDelayMillisecondsMax * 3 / 4))
  }

  @Test func aDaemonThatDropsConnectionsIsNotTriedWithoutPause() async throws {
    let server = try TestServer(at: folder.socket) { $0.breakConnection() }
    let client = try client()
    let started = ContinuousClock.now
    var drops = 0
    for try await update in client.watchUpdates(.all) {
      if case .disconnected = update { drops += 1 }
      if drops == 4 { break }
    }
    // 37 ms at least before the second attempt, then 75 ms.
    #expect(ContinuousClock.now - started >= .milliseconds(110))
    server.stop()
  }

  @Test func aSlowReaderLeavesEventsInTheSocket() async throws {
    // More than the reader's buffer and the socket's together, so that the server has to wait.
    let blob = Array(repeating: UInt8(ascii: "x"), count: 16_000)
    let isDone = Locked(false)
    let server = try TestServer(at: folder.socket) { call in
      for number in 1...500 {
        call.send(API.Event(seq: UInt64(number), kind: .stepOutput(.init(stepID: "a", chunk: blob))))
      }
      isDone.withLock { $0 = true }
      call.endStream()
    }
    let client = try client()
    var count = 0
    var wasHeldUp = false
    for try await _ in client.watch(.session("s"), WatchOptions(untilNow: true)) {
      count += 1
      if count == 10 { wasHeldUp = !isDone.withLock { $0 } }
    }
    #expect(count == 500)
    #expect(wasHeldUp)
    server.stop()
  }
}
