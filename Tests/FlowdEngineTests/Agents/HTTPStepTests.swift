import FlowdModel
import Testing

@testable import FlowdEngine

@Suite struct HTTPStepTests {
  static func flow(
    _ http: HTTPStep, expect: [Check] = [], outputs: [NamedValue] = [], retry: RetryPolicy = RetryPolicy(),
    secrets: [String] = [], inputs: [InputDefinition] = []
  ) -> FlowDefinition {
    FlowDefinition(
      id: "f", name: "f", inputs: inputs,
      steps: [
        StepDefinition(id: "call", action: .http(http), expect: expect, outputs: outputs, retry: retry)
      ], secrets: secrets)
  }

  static func started(
    _ flow: FlowDefinition, _ request: StartRequest = StartRequest(), mode: RunMode = .batch
  ) throws -> (Lab, RunID) {
    let (lab, session) = try Lab.withSession(Flows.pinned(flow), mode: mode)
    return (lab, try lab.start(session, request).id)
  }

  static func respond(
    _ lab: Lab, _ run: RunID, _ step: String = "call", status: Int, body: String = "", headers: [(String, String)] = [],
    retryAfter: Duration? = nil
  ) {
    guard let attempt = lab.running(run).first(where: { $0.step == step })?.attempt else {
      Issue.record("\(step) does not run")
      return
    }
    var exchange = HTTPExchange(method: "GET", url: "http://h/", status: status, bodyBytes: body.utf8.count)
    exchange.headers = headers.map { HTTPExchange.Header($0.0, $0.1) }
    let result = StepResult(
      outcome: .responded(status: status, retryAfter: retryAfter), stdout: Array(body.utf8),
      details: StepDetails(exchange: exchange))
    lab.report([lab.executor.finish(attempt, result)])
    lab.settle()
  }

  private static func expression(_ source: String) -> Template { Template([.expression(Expression(source))]) }

  @Test func aRequestIsMadeOfItsTemplates() throws {
    var http = HTTPStep(method: Template("POST"), url: Template("/a/b"), baseURL: Template("http://h:1/v1/"))
    http.query = [
      NamedValue("q", .string(Self.expression("inputs.q"))),
      NamedValue("t", .constant(.array([.string("a"), .number("2")]))),
      NamedValue("none", .constant(.null)),
    ]
    http.headers = [HTTPHeaderTemplate("X-A", Template("1"))]
    http.body = .json(.object([NamedValue("user", .string(Self.expression("inputs.q")))]))
    let flow = Self.flow(http, inputs: [InputDefinition(name: "q")])
    let inputs = JSONValue.object([.init("q", .string("a b&\"c\""))])
    let (lab, run) = try Self.started(flow, StartRequest(inputs: inputs, cwd: "/w"))
    let request = try #require(lab.work(run, "call")?.http)
    #expect(request.method == "POST")
    #expect(request.url.shown == "http://h:1/v1/a/b?q=a%20b%26%22c%22&t=a&t=2")
    guard case .text(let body, let type) = request.body else {
      Issue.record("no body")
      return
    }
    #expect(body.shown == #"{"user":"a b&\"c\""}"#)
    #expect(type == "application/json")
    #expect(request.cookieJar == lab.store.run(run)?.key)
    #expect(request.substitutions == [.init("inputs.q", .string("a b&\"c\""))])
  }

  @Test func secretsAreKeptApartAndNeverStored() throws {
    var http = HTTPStep(url: Template("http://h/"))
    http.headers = [
      HTTPHeaderTemplate("Authorization", Template([.text("Bearer "), .expression(Expression("secrets.TOKEN"))]))
    ]
    http.body = .json(.object([NamedValue("p", .string(Self.expression("secrets.OTHER")))]))
    let flow = Self.flow(http, secrets: ["OTHER", "TOKEN"])
    let start = StartRequest(cwd: "/w", environment: ["TOKEN=canary-1", "PATH=/bin"])
    let (lab, run) = try Self.started(flow, start)
    let request = try #require(lab.work(run, "call")?.http)
    #expect(
      request.headers[0].value.parts == [.text("Bearer "), .secret(Secret("TOKEN", value: "canary-1"))])
    guard case .text(let body, _) = request.body else {
      Issue.record("no body")
      return
    }
    // The daemon has it, so the executor looks it up.
    #expect(body.secrets == [Secret("OTHER", encoding: .json)])
    #expect(request.redacted == ["canary-1"])
    let key = try #require(lab.store.run(run)?.key)
    #expect(lab.store.environments[key] == ["PATH=/bin"])
  }

  @Test func aURLMayBeginWithASecret() throws {
    let url = Template([.expression(Expression("secrets.HOOK")), .text("/x")])
    let flow = Self.flow(HTTPStep(url: url, baseURL: Template("http://h")), secrets: ["HOOK"])
    let (lab, run) = try Self.started(flow, StartRequest(environment: ["HOOK=http://canary-3"]))
    let request = try #require(lab.work(run, "call")?.http)
    #expect(request.url.parts == [.secret(Secret("HOOK", value: "http://canary-3")), .text("/x")])
  }

  @Test func aTextThatLooksLikeASecretIsAText() throws {
    var http = HTTPStep(url: Template("http://h/"))
    http.body = .text(Self.expression("inputs.q"))
    let flow = Self.flow(http, secrets: ["TOKEN"], inputs: [InputDefinition(name: "q")])
    let inputs = JSONValue.object([.init("q", .string("secret:TOKEN"))])
    let (lab, run) = try Self.started(
      flow, StartRequest(inputs: inputs, environment: ["TOKEN=canary-2"]))
    #expect(lab.work(run, "call")?.http?.body == .text(SecretText("secret:TOKEN"), contentType: nil))
  }

  @Test(arguments: [
    (200, StepStatus.succeeded), (204, .succeeded), (304, .succeeded), (400, .failed), (404, .failed), (503, .failed),
  ])
  func statusesFrom400OnFail(_ status: Int, _ expected: StepStatus) throws {
    let (lab, run) = try Self.started(Self.flow(HTTPStep(url: Template("http://h/"))))
    Self.respond(lab, run, status: status)
    #expect(lab.step(run, "call")?.status == expected)
  }

  @Test func aCheckOfTheStatusDecides() throws {
    let check = Check(
      query: .status, predicates: [CheckPredicate(.equal, .constant(.number("404")))])
    let (lab, run) = try Self.started(Self.flow(HTTPStep(url: Template("http://h/")), expect: [check]))
    Self.respond(lab, run, status: 404)
    #expect(lab.step(run, "call")?.status == .succeeded)
  }

  @Test func aFailedStatusCheckKeepsTheClassOfTheStatus() throws {
    let check = Check(query: .status, predicates: [CheckPredicate(.equal, .constant(.number("200")))])
    let retry = RetryPolicy(limit: 1, delay: .seconds(1), jitter: 0)
    let (lab, run) = try Self.started(Self.flow(HTTPStep(url: Template("http://h/")), expect: [check], retry: retry))
    Self.respond(lab, run, status: 503)
    #expect(lab.step(run, "call")?.status == .waitingRetry)
    lab.pass(.seconds(2))
    Self.respond(lab, run, status: 404)
    #expect(lab.step(run, "call")?.status == .failed)
    #expect(lab.step(run, "call")?.error?.errorClass == .fatal)
  }

  @Test func aRetryWaitsAsLongAsTheServerAsks() throws {
    let retry = RetryPolicy(limit: 1, delay: .milliseconds(10), jitter: 0)
    let (lab, run) = try Self.started(Self.flow(HTTPStep(url: Template("http://h/")), retry: retry))
    Self.respond(lab, run, status: 429, retryAfter: .seconds(7))
    #expect(lab.step(run, "call")?.wakeAt == lab.now + .seconds(7))
    // Not for ever.
    lab.pass(.seconds(7))
    #expect(lab.runningSteps(run) == ["call"])
  }

  @Test func laterStepsReadTheResponse() throws {
    var flow = Self.flow(
      HTTPStep(url: Template("http://h/")),
      outputs: [NamedValue("token", .string(Self.expression("response.json.token")))])
    let reads = ExpressionReads(steps: [0])
    let report = Expression("steps.call.response.headers['x-a'] .. steps.call.outputs.token", reads: reads)
    flow.report = Template([.expression(report)])
    let (lab, run) = try Self.started(flow)
    Self.respond(lab, run, status: 200, body: #"{"token":"t"}"#, headers: [("X-A", "1"), ("x-a", "2")])
    #expect(lab.report(of: run) == "1, 2t")
  }

  /// The headers of a request with default ones, to `url`, which may read `inputs.next`.
  private static func headers(_ url: Template, base: String? = nil, next: String) throws -> [String] {
    var http = HTTPStep(url: url, baseURL: base.map { Template($0) })
    http.headers = [
      HTTPHeaderTemplate(
        "Authorization", Template([.text("Bearer "), .expression(Expression("secrets.TOKEN"))]), isDefault: true),
      HTTPHeaderTemplate("X-Key", Template([.expression(Expression("secrets.TOKEN"))]), isDefault: true),
      HTTPHeaderTemplate("X-Api-Key", Template("constant"), isDefault: true),
      HTTPHeaderTemplate("X-Team", Template("a"), isDefault: true),
      HTTPHeaderTemplate("X-Own", Template([.expression(Expression("secrets.TOKEN"))])),
    ]
    let flow = Self.flow(http, secrets: ["TOKEN"], inputs: [InputDefinition(name: "next")])
    let (lab, run) = try Self.started(flow, StartRequest(inputs: .object([.init("next", .string(next))])))
    return lab.work(run, "call")?.http?.headers.map(\.name) ?? []
  }

  private static let all = ["Authorization", "X-Key", "X-Api-Key", "X-Team", "X-Own"]
  private static let next = Template([.expression(Expression("inputs.next"))])

  @Test func credentialsOfTheDefaultsGoWhereTheFlowSays() throws {
    let next = "http://other/x"
    #expect(try Self.headers(Template("http://h/x"), next: next) == Self.all)
    #expect(
      try Self.headers(Template([.text("http://h/"), .expression(Expression("inputs.next"))]), next: "a") == Self.all)
    #expect(try Self.headers(Template("/x"), base: "http://h:80/v1", next: next) == Self.all)
    #expect(try Self.headers(Self.next, base: "http://h:80/v1", next: "HTTP://H/page2") == Self.all)
  }

  @Test(arguments: [
    "http://other/x", "https://h/x", "http://h:81/x", "http://h@other/x", "http://h.other/", "http://h:80@other/",
  ])
  func credentialsOfTheDefaultsGoNowhereElse(_ next: String) throws {
    #expect(try Self.headers(Self.next, base: "http://h/v1", next: next) == ["X-Team", "X-Own"])
    #expect(try Self.headers(Self.next, next: next) == ["X-Team", "X-Own"])
  }

  @Test func aComputedHostIsNotWhatTheFlowSays() throws {
    for (start, next) in [("http://h", ".evil/"), ("http:", "//evil/"), ("http", "://evil/"), ("http:/", "/evil/")] {
      let url = Template([.text(start), .expression(Expression("inputs.next"))])
      #expect(try Self.headers(url, base: "http://h/", next: next) == ["X-Team", "X-Own"], "\(start)")
    }
  }

  @Test func aCircuitIsOfWhatFailsTogether() throws {
    func circuit(_ url: String, _ change: (inout HTTPRequest) -> Void = { _ in }) -> String {
      var request = HTTPRequest(
        attempt: AttemptID(run: RunID(UUIDv7(high: 1, low: 2)), step: 0, attempt: 1), method: "GET",
        url: SecretText(url))
      change(&request)
      return request.circuit
    }
    #expect(circuit("http://H:80/x") == "h" && circuit("https://h:443") == "h" && circuit("http://h:443") == "h:443")
    #expect(circuit("http://u:p@h:1?q") == "h:1")
    #expect(circuit("http://h/x") { $0.unixSocket = "/s" } == "unix /s")
    #expect(circuit("http://h/x") { $0.proxy = SecretText("http://p:3128") } == "h by proxy p:3128")
  }

  @Test func aServerThatAsksForMoreTimeThanThereIsIsToldOf() throws {
    var flow = Self.flow(HTTPStep(url: Template("http://h/")), retry: RetryPolicy(limit: 3, delay: .seconds(1)))
    flow.steps[0].deadline = .seconds(60)
    let (lab, run) = try Self.started(flow)
    Self.respond(lab, run, status: 429, retryAfter: .seconds(3600))
    #expect(lab.status(run) == .failed)
    #expect(
      lab.error(run, "call")
        == "the server answered 429 (too many requests); it asks to wait 3600 s, longer than the step's 'deadline' allows"
    )
  }

  @Test func fiveFailuresOfAHostOpenItsCircuit() throws {
    let step = { (id: String) in
      StepDefinition(
        id: id, action: .http(HTTPStep(url: Template("http://h:1/\(id)"))), continueOnError: true)
    }
    let flow = FlowDefinition(id: "f", name: "f", maxParallel: 1, steps: (0..<6).map { step("s\($0)") })
    let (lab, run) = try Self.started(flow)
    for index in 0..<5 { Self.respond(lab, run, "s\(index)", status: 503) }
    #expect(lab.engine.circuits.map(\.name) == ["h:1"])
    #expect(lab.step(run, "s5")?.status == .waitingRetry)
    lab.pass(.seconds(5))
    #expect(lab.runningSteps(run) == ["s5"])
    Self.respond(lab, run, "s5", status: 200)
    #expect(lab.engine.circuits.isEmpty)
    #expect(lab.status(run) == .succeeded)
  }

  @Test(arguments: HTTPFailure.allCases)
  func failuresHaveAClass(_ failure: HTTPFailure) {
    let recoverable: Set<HTTPFailure> = [.refused, .unreachable, .dns, .reset, .timeout, .proxy, .protocolError]
    let (_, error) = ErrorClassification.classify(.requestFailed(failure, "x"), timeout: nil)
    #expect(error?.errorClass == (recoverable.contains(failure) ? .recoverable : .fatal))
  }
}
