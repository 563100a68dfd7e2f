import FlowdFiles
import FlowdModel
import Testing

/// `uses: http`: what is read, and what is wrong with it.
struct HTTPStepTests {
  private func step(_ with: String, defaults: String = "") -> HTTPStep? {
    let text = (defaults.isEmpty ? "" : "defaults: \(defaults)\n") + withStep(uses: "http", with: with)
    #expect(problems(text) == [])
    guard case .http(let step)? = parse(text).definition?.steps[0].action else { return nil }
    return step
  }

  private func problems(with: String) -> [String] { problems(withStep(uses: "http", with: with)) }

  private func problems(_ text: String) -> [String] { FlowdFilesTests.problems(text) }

  @Test func whatIsOmittedHasItsDefault() {
    #expect(step("{ url: http://example.com }") == HTTPStep(url: Template("http://example.com")))
  }

  @Test func everyKeyIsRead() {
    let found = step(
      """

            method: POST
            url: https://example.com/${{ inputs.path }}
            query: { q: a b, page: 007, tag: [a, 1.0], none: ~, list: "${{ run.id }}" }
            headers: { X-One: 1, Authorization: "Bearer ${{ secrets.TOKEN }}" }
            json: { user: "${{ secrets.USER }}", n: 1.0, deep: [true] }
            cookies: false
            redirects: 3
            tls: { ca: ca.pem, certificate: c.pem, key: k.pem, verify: false }
            proxy: http://127.0.0.1:3128
            version: 1.1
            unix-socket: /run/x.sock
            decompress: false
            max-body: 2KiB
            save-to: out.bin
      """.replacing("inputs.path", with: "run.id"))
    #expect(
      found
        == HTTPStep(
          method: Template("POST"),
          url: Template([.text("https://example.com/"), .expression(expression("run.id", 6))]),
          query: [
            NamedValue("q", .constant(.string("a b"))), NamedValue("page", .constant(.string("007"))),
            NamedValue("tag", .constant(.array([.string("a"), .string("1.0")]))), NamedValue("none", .constant(.null)),
            NamedValue("list", .string(template("run.id", 7))),
          ],
          headers: [
            HTTPHeaderTemplate("X-One", Template("1")),
            HTTPHeaderTemplate(
              "Authorization", Template([.text("Bearer "), .expression(expression("secrets.TOKEN", 8))])),
          ],
          body: .json(
            .object([
              NamedValue("user", .string(template("secrets.USER", 9))), NamedValue("n", .constant(.number("1.0"))),
              NamedValue("deep", .constant(.array([.bool(true)]))),
            ])),
          usesCookies: false, redirectsMax: 3,
          tls: HTTPTLSTemplate(
            caFile: Template("ca.pem"), certificate: Template("c.pem"), key: Template("k.pem"), verifies: false),
          proxy: Template("http://127.0.0.1:3128"), version: .http1, unixSocket: Template("/run/x.sock"),
          decompresses: false, bodyBytesMax: 2_048, saveTo: Template("out.bin")))
  }

  @Test(
    arguments: [
      ("json: [1, a]", .json(.constant(.array([.number("1"), .string("a")])))),
      ("json: ~", .json(.constant(.null))),
      (
        "form: { a: 1, b: [x, y] }",
        .form([
          NamedValue("a", .constant(.string("1"))),
          NamedValue("b", .constant(.array([.string("x"), .string("y")]))),
        ])
      ),
      ("body: ''", .text(Template(""))),
      ("body: \"a${{ secrets.A }}\"", .text(Template([.text("a"), .expression(expression("secrets.A", 4))]))),
      ("file: data.bin", .file(Template("data.bin"))),
      (
        "multipart: [{ name: a, value: 1 }, { name: f, file: x.png, filename: y.png, type: image/png }]",
        .multipart([
          .init("a", .value(Template("1"))),
          .init("f", .file(Template("x.png")), filename: Template("y.png"), contentType: "image/png"),
        ])
      ),
    ] as [(String, HTTPBodyTemplate)])
  func everyBodyIsRead(body: String, expected: HTTPBodyTemplate) {
    #expect(step("{ url: http://x, \(body) }")?.body == expected)
  }

  @Test(
    arguments: [
      (
        "{ basic: { user: a, password: \"${{ secrets.P }}\" } }",
        .basic(user: Template("a"), password: template("secrets.P", 4))
      ),
      ("{ digest: { user: a, password: b } }", .digest(user: Template("a"), password: Template("b"))),
      ("{ bearer: \"${{ secrets.T }}\" }", .bearer(template("secrets.T", 4))),
      ("{ netrc: true }", .netrc(nil)),
      ("{ netrc: false }", nil),
      ("{ netrc: my/netrc }", .netrc(Template("my/netrc"))),
    ] as [(String, HTTPAuthTemplate?)])
  func everyWayToSayWhoOneIsIsRead(auth: String, expected: HTTPAuthTemplate?) {
    #expect(step("{ url: http://x, auth: \(auth) }")?.auth == expected)
  }

  @Test(arguments: [("false", 0), ("0", 0), ("50", 50), ("true", Limits.redirectsDefault)])
  func redirectsAreCounted(text: String, expected: Int) {
    #expect(step("{ url: http://x, redirects: \(text) }")?.redirectsMax == expected)
  }

  @Test(arguments: [("1", 1), ("64MiB", 67_108_864), ("4GiB", 4_294_967_296), ("'10'", 10)])
  func sizesAreRead(text: String, expected: Int) {
    #expect(step("{ url: http://x, max-body: \(text) }")?.bodyBytesMax == expected)
  }

  @Test(arguments: [
    "http://example.com", "HTTPS://example.com:8443/a?b=c#d", "\"http://[::1]:80/\"", "http://127.0.0.1",
    "http://a_b.c.",
    "http://bücher.example/", "http://x:1", "\"${{ inputs.u }}/x\"", "\"http://${{ inputs.u }}/x\"",
    "\"https://a:${{ inputs.u }}\"",
  ])
  func theseAreAddresses(url: String) {
    #expect(problems("inputs: { u: string }\n" + withStep(uses: "http", with: "{ url: \(url) }")) == [])
  }

  private static let noBase = "as 'defaults' has no 'baseUrl'"

  @Test(
    arguments: [
      ("{}", ["4:11: 'uses: http' needs a 'url'"]),
      ("{ uri: x }", ["4:11: 'uses: http' needs a 'url'", "4:13: unknown key 'uri'; write 'url'"]),
      ("{ url: '' }", ["4:18: 'url' must not be empty"]),
      ("{ url: [x] }", ["4:18: 'url' must be text, found a list"]),
      ("{ url: /login }", ["4:18: 'url' must begin with http:// or https://, \(noBase); found '/login'"]),
      ("{ url: example.com }", ["4:18: 'url' must begin with http:// or https://, \(noBase); found 'example.com'"]),
      ("{ url: \"/a/${{ run.id }}\" }", ["4:18: 'url' must begin with http:// or https://, \(noBase); found '/a/'"]),
      ("{ url: //example.com }", ["4:18: 'url' must begin with http:// or https://, or be a path behind 'baseUrl'"]),
      ("{ url: ftp://example.com }", ["4:18: 'url' must be of http or https, found 'ftp'"]),
      ("{ url: file:///etc/passwd }", ["4:18: 'url' must be of http or https, found 'file'"]),
      ("{ url: \"gopher://${{ run.id }}\" }", ["4:18: 'url' must be of http or https, found 'gopher'"]),
      ("{ url: http:// }", ["4:18: 'url' needs a host"]),
      ("{ url: http:///x }", ["4:18: 'url' needs a host"]),
      ("{ url: http://a..b }", ["4:18: 'url' has no host: 'a..b'"]),
      ("{ url: http://a:b }", ["4:18: 'url' has a port that is none: 'b'"]),
      ("{ url: http://a:70000/ }", ["4:18: 'url' has a port that is none: '70000'"]),
      ("{ url: \"http://[::1\" }", ["4:18: 'url' has a host without its closing ]"]),
      ("{ url: \"http://[::x]\" }", ["4:18: 'url' has a host that is no address: '::x'"]),
      ("{ url: \"http://[::1]x\" }", ["4:18: 'url' has 'x' behind its host"]),
      (
        "{ url: http://a:b@c/ }",
        ["4:18: 'url' must not hold a name or a password; a URL is shown to everyone"]
      ),
      (
        "{ url: http://x/a b }",
        ["4:18: 'url' must not hold white space or control characters; write %20 for a space"]
      ),
      (
        "{ url: \"http://x/\\n\" }",
        ["4:18: 'url' must not hold white space or control characters; write %20 for a space"]
      ),
    ] as [(String, [String])])
  func addressesAreChecked(with: String, expected: [String]) {
    #expect(problems(with: with) == expected)
  }

  @Test(
    arguments: [
      ("method: A B", ["4:36: 'A B' is not a method; write one such as GET or POST"]),
      ("method: ''", ["4:36: '' is not a method; write one such as GET or POST"]),
      ("method: CONNECT", ["4:36: 'CONNECT' is for proxies; write 'proxy'"]),
      ("query: [a]", ["4:35: 'query' must be a mapping of names to texts, found a list"]),
      ("query: { a: { b: c } }", ["4:40: 'a' must be a text, a list of texts, or null, found a mapping"]),
      ("query: { a: [[b]] }", ["4:41: a value of 'a' must be text, found a list"]),
      ("params: { a: b }", ["4:28: unknown key 'params'; write 'query'"]),
      ("data: x", ["4:28: unknown key 'data'; write 'body'"]),
      ("headers: x", ["4:37: 'headers' must be a mapping of names to texts, found the text 'x'"]),
      ("headers: { 'a b': c }", ["4:39: 'a b' is not a name for a header"]),
      ("headers: { '': c }", ["4:39: '' is not a name for a header"]),
      ("headers: { a: \"b\\r\\nc\" }", ["4:42: 'a' must be one line without control characters"]),
      ("headers: { a: b, A: c }", ["4:45: the header 'A' is given twice, as case does not count"]),
      ("headers: { Content-Length: 3 }", ["4:39: 'Content-Length' follows from the body; leave it out"]),
      ("headers: { a: [b] }", ["4:42: 'a' must be text, found a list"]),
      ("json: 1, body: x", ["4:37: 'json' and 'body' exclude each other; a request has one body"]),
      ("form: {}, file: x", ["4:38: 'form' and 'file' exclude each other; a request has one body"]),
      ("file: ''", ["4:34: 'file' must not be empty"]),
      ("multipart: []", ["4:39: 'multipart' must not be empty"]),
      ("multipart: [{ name: a }]", ["4:40: a part needs a 'value' or a 'file'"]),
      ("multipart: [{ value: a }]", ["4:40: a part needs a 'name'"]),
      ("multipart: [{ name: a, value: b, file: c }]", ["4:61: 'value' and 'file' exclude each other"]),
      (
        "multipart: [{ name: a, path: c }]",
        [
          "4:40: a part needs a 'value' or a 'file'", "4:51: unknown key 'path'; write 'file'",
        ]
      ),
      (
        "multipart: [{ name: a, value: b, type: png }]",
        ["4:67: 'type' must be a media type such as image/png, found 'png'"]
      ),
      ("auth: {}", ["4:34: 'auth' needs 'basic', 'digest', 'bearer' or 'netrc'"]),
      (
        "auth: { token: x }",
        [
          "4:34: 'auth' needs 'basic', 'digest', 'bearer' or 'netrc'", "4:36: unknown key 'token'; write 'bearer'",
        ]
      ),
      ("auth: { bearer: x, netrc: true }", ["4:47: 'bearer' and 'netrc' exclude each other"]),
      ("auth: { basic: { user: a } }", ["4:43: 'basic' needs a 'password'"]),
      ("auth: { digest: { password: a } }", ["4:44: 'digest' needs a 'user'"]),
      ("auth: { bearer: '' }", ["4:44: 'bearer' must be one line without control characters"]),
      (
        "auth: { bearer: x }, headers: { authorization: y }",
        ["4:49: the header 'authorization' is given by 'auth' too; leave it out"]
      ),
      (
        "multipart: [{ name: a, value: b }], headers: { Content-Type: y }",
        ["4:64: the header 'Content-Type' is given by 'multipart' too; leave it out"]
      ),
      ("cookies: maybe", ["4:37: 'cookies' must be true or false, found the text 'maybe'"]),
      ("redirects: 51", ["4:39: 'redirects' must be a whole number from 0 to 50, found the number 51"]),
      ("redirects: no", ["4:39: 'redirects' must be a whole number from 0 to 50, found the text 'no'"]),
      ("tls: { verify: 0 }", ["4:43: 'verify' must be true or false, found the number 0"]),
      ("tls: { key: x }", ["4:35: 'key' needs a 'certificate' beside it"]),
      ("tls: { ca: '' }", ["4:39: 'ca' must not be empty"]),
      ("tls: { insecure: true }", ["4:35: unknown key 'insecure'; write 'verify: false'"]),
      ("proxy: 127.0.0.1:1", ["4:35: 'proxy' must begin with http:// or https://"]),
      ("proxy: http://a:b@c:1", ["4:35: 'proxy' must not hold a name or a password; a URL is shown to everyone"]),
      ("version: 3", ["4:37: 'version' must be one of 'any', '1.1', '2'; found '3'"]),
      ("unix-socket: x.sock", ["4:41: 'unix-socket' must be an absolute path, found 'x.sock'"]),
      ("unix_socket: /x", ["4:28: unknown key 'unix_socket'; write 'unix-socket'"]),
      (
        "unix-socket: /\(String(repeating: "a", count: Limits.socketPathBytesMax))",
        ["4:41: 'unix-socket' has more than 107 bytes"]
      ),
      ("decompress: 1", ["4:40: 'decompress' must be true or false, found the number 1"]),
      (
        "max-body: 64MB",
        ["4:38: 'max-body' must be a number of bytes, alone or with KiB, MiB or GiB, such as 64MiB; found '64MB'"]
      ),
      ("max-body: 0", ["4:38: 'max-body' must be from 1 to 4294967296 bytes"]),
      ("max-body: 5GiB", ["4:38: 'max-body' must be from 1 to 4294967296 bytes"]),
      ("max-body: 99999999999GiB", ["4:38: 'max-body' must be from 1 to 4294967296 bytes"]),
      ("save-to: ''", ["4:37: 'save-to' must not be empty"]),
      ("timeout: 1s", ["4:28: unknown key 'timeout'; write 'timeout' beside 'with'"]),
      ("base-url: x", ["4:28: unknown key 'base-url'; write 'baseUrl' in 'defaults'"]),
    ] as [(String, [String])])
  func everyKeyIsChecked(key: String, expected: [String]) {
    #expect(problems(with: "{ url: http://x, \(key) }") == expected)
  }

  @Test func aMethodInLowerCaseIsWarnedOf() throws {
    let result = parse(withStep(uses: "http", with: "{ url: http://x, method: post }"))
    #expect(
      result.diagnostics.map(\.description) == [
        "f:4:36: warning: a method is sent as it is written; did you mean 'POST'?"
      ])
    #expect(result.definition != nil)
    #expect(parse(withStep(uses: "http", with: "{ url: http://x, method: purge }")).diagnostics == [])
  }

  // MARK: defaults

  @Test func aRelativeAddressIsPutBehindTheBase() {
    let found = step("{ url: /login }", defaults: "{ baseUrl: https://api.example.com/v1 }")
    #expect(found?.baseURL == Template("https://api.example.com/v1"))
    #expect(found?.url == Template("/login"))
  }

  @Test func headersAreMergedByNameInAnyCase() {
    let found = step(
      "{ url: http://x, headers: { x-team: b, X-Own: c } }", defaults: "{ headers: { X-Team: a, X-Other: o } }")
    #expect(
      found?.headers == [
        HTTPHeaderTemplate("x-team", Template("b")), HTTPHeaderTemplate("X-Other", Template("o"), isDefault: true),
        HTTPHeaderTemplate("X-Own", Template("c")),
      ])
    #expect(
      step("{ url: http://x }", defaults: "{ headers: { X-Team: a } }")?.headers == [
        HTTPHeaderTemplate("X-Team", Template("a"), isDefault: true)
      ])
  }

  @Test func whatTheStepSaysOfItselfWinsOverHeadersOfDefaults() {
    let found = step(
      "{ url: http://x, auth: { bearer: t }, multipart: [{ name: a, value: b }] }",
      defaults: "{ headers: { authorization: a, content-type: b, x: c } }")
    #expect(found?.headers == [HTTPHeaderTemplate("x", Template("c"), isDefault: true)])
  }

  @Test(
    arguments: [
      ("{ baseUrl: '' }", ["1:22: 'baseUrl' must not be empty"]),
      ("{ baseUrl: example.com }", ["1:22: 'baseUrl' must begin with http:// or https://"]),
      ("{ baseUrl: ftp://example.com }", ["1:22: 'baseUrl' must be of http or https, found 'ftp'"]),
      ("{ baseUrl: http://x?a=b }", ["1:22: 'baseUrl' must not hold '?' or '#', as a path is put behind it"]),
      ("{ baseUrl: [x] }", ["1:22: 'baseUrl' must be text, found a list"]),
      ("{ base-url: http://x }", ["1:13: unknown key 'base-url'; write 'baseUrl'"]),
      ("{ headers: { 'a b': c } }", ["1:24: 'a b' is not a name for a header"]),
      (
        "{ headers: { a: \"${{ steps.a.response }}\" } }",
        ["1:32: 'defaults' are those of every step, so they may not refer to a step's results"]
      ),
    ] as [(String, [String])])
  func defaultsAreChecked(text: String, expected: [String]) {
    #expect(problems(withFlow("defaults: \(text)")) == expected)
  }

  @Test func aBaseThatIsWrongIsReportedOnce() {
    let text = "defaults: { baseUrl: [x] }\n" + withStep(uses: "http", with: "{ url: /a }")
    #expect(problems(text) == ["1:22: 'baseUrl' must be text, found a list"])
  }

  @Test func onlyHTTPStepsTakeTheBaseAndTheHeaders() {
    let text = "defaults: { baseUrl: http://x, headers: { a: b } }\n" + withStep()
    #expect(problems(text) == [])
  }

  // MARK: what follows

  @Test(arguments: [
    ("GET", RestartPolicy.retry), ("HEAD", .retry), ("OPTIONS", .retry), ("PUT", .retry), ("DELETE", .retry),
    ("TRACE", .retry), ("POST", .ask), ("PATCH", .ask), ("get", .ask), ("\"${{ inputs.m }}\"", .ask),
  ])
  func onlyWhatMayBeSentTwiceIsSentAgainAfterARestart(method: String, expected: RestartPolicy) {
    let head = "inputs: { m: string }\n"
    let with = "{ url: http://x, method: \(method) }"
    #expect(parse(head + withStep(uses: "http", with: with)).definition?.steps[0].onRestart == expected)
    let own = parse(head + withStep(uses: "http", with: with, "on-restart: fail")).definition?.steps[0].onRestart
    #expect(own == .fail)
    let given = "defaults: { on-restart: retry }\n" + head + withStep(uses: "http", with: with)
    #expect(parse(given).definition?.steps[0].onRestart == .retry)
  }

  @Test func theResponseIsReadWhereResultsAre() {
    let text = withStep(
      uses: "http", with: "{ url: http://x }",
      "expect: [{ status: 200 }, { json: $.a, '==': \"${{ response.status }}\" }]",
      "outputs: { token: \"${{ response.json.token }}\" }", "retry: { when: response.status == 418 }",
      "until: { condition: \"response.headers['x-state'] == 'ready'\" }")
    #expect(problems(text) == [])
  }

  @Test(
    arguments: [
      ("outputs: { a: \"${{ response.jsn }}\" }", ["5:24: response has no 'jsn'; did you mean 'json'?"]),
      (
        "outputs: { a: \"${{ stdout }}\" }",
        ["5:24: 'stdout' is no result of 'uses: http'; its results are response, error, attempt"]
      ),
      (
        "outputs: { a: \"${{ response.nothing }}\" }",
        [
          "5:24: response has no 'nothing'; use one of response.status, response.headers, response.json, response.text, "
            + "response.bytes, response.duration, response.timings, response.url, response.redirects, "
            + "response.cookies, response.file, response.truncated"
        ]
      ),
      (
        "expect: [{ stdout: x }]",
        [
          "5:16: 'uses: http' has no 'stdout' to look at; there are status, header, cookie, body, json, regex, duration, bytes"
        ]
      ),
    ] as [(String, [String])])
  func whatIsReadOfTheResponseIsChecked(line: String, expected: [String]) {
    #expect(problems(withStep(uses: "http", with: "{ url: http://x }", line)) == expected)
  }

  @Test func otherStepsReadTheResponse() {
    let head = "steps:\n  - { id: a, uses: http, with: { url: http://x } }\n"
    let next = { (source: String) in head + "  - { id: b, uses: script, with: { lua: \"return \(source)\" } }\n" }
    #expect(problems(next("steps.a.response.json.token")) == [])
    #expect(problems(next("steps.a.respons")) == ["3:49: steps.a has no 'respons'; did you mean 'response'?"])
  }

  @Test func whatIsSentIsBounded() {
    let headers = (0...Limits.httpHeadersMax).map { "a\($0): b" }.joined(separator: ", ")
    #expect(
      problems(with: "{ url: http://x, headers: { \(headers) } }").map(message) == ["at most 256 headers are allowed"])
    let names = (0...Limits.httpFieldsMax).map { "a\($0): b" }.joined(separator: ", ")
    #expect(problems(with: "{ url: http://x, query: { \(names) } }").map(message) == ["at most 1000 names are allowed"])
    #expect(problems(with: "{ url: http://x, form: { \(names) } }").map(message) == ["at most 1000 names are allowed"])
    let values = String(repeating: "a, ", count: Limits.httpFieldsMax + 1)
    #expect(
      problems(with: "{ url: http://x, query: { a: [\(values)] } }").map(message) == ["at most 1000 values are allowed"]
    )
    let parts = String(repeating: "{ name: a, value: b }, ", count: Limits.httpFieldsMax + 1)
    #expect(
      problems(with: "{ url: http://x, multipart: [\(parts)] }").map(message) == ["at most 1000 parts are allowed"])
    let long = String(repeating: "a", count: Limits.urlBytesMax)
    #expect(problems(with: "{ url: http://x/\(long) }").map(message) == ["'url' has more than 65536 bytes"])
  }

  private func message(_ problem: String) -> String { String(problem.drop { $0 != " " }.dropFirst()) }
}
