import FlowdModel
import FlowdWire
import Testing

@testable import FlowdClient

/// Answers, reruns and exports as the library sends them.
@Suite(.timeLimit(.minutes(1))) struct RunCallTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func client() throws -> FlowdClient {
    FlowdClient(socket: try SocketPath(folder.socket), options: .init(autoSpawn: nil, timeout: .seconds(20)))
  }

  @Test func anExportIsAStreamOfItsPages() async throws {
    let asked = Recorder<UInt64>()
    let server = try TestServer(at: folder.socket) { call in
      guard let request = call.request(API.FlowServiceExportRunRequest.self) else { return }
      asked.add(request.afterSeq)
      let isLast = request.afterSeq == 20
      call.reply(
        API.FlowServiceExportRunResponse(
          run: request.afterSeq == 0 ? API.Run(runID: request.runID) : nil,
          events: isLast ? [] : [API.Event(seq: request.afterSeq + 10)],
          nextAfterSeq: isLast ? 0 : request.afterSeq + 10))
    }
    var pages: [API.FlowServiceExportRunResponse] = []
    for try await page in try client().flow.exportRun("r") { pages.append(page) }
    #expect(asked.all == [0, 10, 20])
    #expect(pages.map(\.run?.runID) == ["r", nil, nil])
    #expect(pages.flatMap(\.events).map(\.seq) == [10, 20])
    #expect(server.connectionCount == 1)
  }

  @Test func aRefusedExportFailsTheStream() async throws {
    let server = try TestServer(at: folder.socket) { call in
      call.refuse(API.Status(code: StatusCode.notFound.rawValue, message: "no run"))
    }
    await #expect(throws: ClientError.refused(.init(code: .notFound, message: "no run"))) {
      for try await _ in try client().flow.exportRun("r") {}
    }
    #expect(server.connectionCount == 1)
  }

  @Test func answersNameTheirQuestionAndRerunsGetARequestID() async throws {
    let answers = Recorder<API.FlowServiceAnswerRequest>()
    let reruns = Recorder<API.FlowServiceRerunRequest>()
    let server = try TestServer(at: folder.socket) { call in
      if call.method == .flowAnswer, let request = call.request(API.FlowServiceAnswerRequest.self) {
        answers.add(request)
        call.reply(API.FlowServiceAnswerResponse(run: .init(runID: request.runID), outcome: .repeated))
      } else if let request = call.request(API.FlowServiceRerunRequest.self) {
        reruns.add(request)
        call.reply(API.FlowServiceRerunResponse(run: .init(runID: "new"), existing: false, eventSeq: 7))
      }
    }
    let client = try client()
    let answer = try await client.flow.answer(run: "r", step: "a", input: "a#1", value: Array("true".utf8))
    #expect(answer.outcome == .repeated)
    #expect(answers.all == [.init(runID: "r", stepID: "a", inputID: "a#1", value: Array("true".utf8))])
    let rerun = try await client.flow.rerun(.init(runID: "r", reuseSucceeded: true, env: ["A": "b"]))
    #expect(rerun.eventSeq == 7)
    #expect(reruns.all.first?.requestID.utf8.count == 36)
    #expect(reruns.all.first?.env == ["A": "b"])
    #expect(server.connectionCount == 1)
  }

  @Test func anAnswerWhoseReplyWasLostIsGivenOnceMore() async throws {
    let server = try TestServer(at: folder.socket) { call in
      if call.connection == 1 {
        call.breakConnection()
      } else {
        call.reply(API.FlowServiceAnswerResponse(outcome: .repeated))
      }
    }
    let answer = try await client().flow.answer(run: "r", step: "a", value: [])
    #expect(answer.outcome == .repeated)
    #expect(server.connectionCount == 2)
  }
}
