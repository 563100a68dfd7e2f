import FlowdFiles
import FlowdModel

/// The result of reading a flow whose id is `id`.
func parse(_ text: String, id: String = "id") -> FlowFileResult {
  FlowFile.parse(Array(text.utf8), id: id, file: "f")
}

/// The errors of a flow as `line:column: message`.
func problems(_ text: String) -> [String] {
  parse(text).diagnostics.map { "\($0.line):\($0.column): \($0.message)" }
}

/// A flow with one step, and lines added to that step.
func withStep(_ lines: String...) -> String {
  "steps:\n  - id: a\n    uses: run\n    with: { command: x }\n" + lines.map { "    \($0)\n" }.joined()
}

/// A flow with lines before its only step, whose id is `a`.
func withFlow(_ lines: String...) -> String {
  lines.map { "\($0)\n" }.joined() + "steps:\n  - { id: a, uses: run, with: { command: x } }\n"
}

/// Steps with these ids, each with some keys more.
func steps(_ steps: (id: String, keys: String)...) -> String {
  "steps:\n" + steps.map { "  - { id: \($0.id), uses: run, with: { command: x }, \($0.keys) }\n" }.joined()
}

/// A flow with one step of a kind, and lines added to that step; `with` stands at line 4.
func withStep(uses kind: String, with: String, _ lines: String...) -> String {
  "steps:\n  - id: a\n    uses: \(kind)\n    with: \(with)\n" + lines.map { "    \($0)\n" }.joined()
}

/// An expression that stands at a line and reads the steps of these indices.
func expression(_ source: String, _ line: Int, reads steps: [Int] = []) -> Expression {
  Expression(source, line: line, reads: ExpressionReads(steps: steps))
}

/// A template that is one expression.
func template(_ source: String, _ line: Int, reads steps: [Int] = []) -> Template {
  Template([.expression(expression(source, line, reads: steps))])
}

extension FlowFileResult {
  /// Everything the definition says but where it stands.
  var meaning: String? {
    definition.map { String(describing: $0).replacing(/(line|firstLine): \d+/, with: "line: …") }
  }
}

/// Every key of steps that reach a server or an agent.
let outwardFlow = """
  network: { loopback: true, private: false, link-local: false, allow: [api.example.com, "*.example.org"], deny: [10.0.0.0/8] }
  env: { TOKEN: "${{ secrets.TOKEN }}" }
  defaults: { baseUrl: https://api.example.com/v1, headers: { X-Team: 1.0, Accept: text/plain } }
  steps:
    - id: login
      uses: http
      with:
        method: POST
        url: /login
        query: { q: 007, tag: [a, "${{ run.id }}"], none: ~ }
        headers: { accept: application/json, X-Run: "run ${{ run.id }}" }
        json: { password: "${{ secrets.PASSWORD }}", n: 1.0, list: [a, ~, true] }
        cookies: false
        redirects: 0
        tls: { ca: ca.pem, certificate: c.pem, key: k.pem, verify: false }
        proxy: http://127.0.0.1:3128
        version: 1.1
        unix-socket: /run/x.sock
        decompress: false
        max-body: 2MiB
        save-to: out.bin
      expect:
        - { status: { ">=": 200, "<": 300 } }
        - { header: Content-Type, startsWith: application/json }
        - { cookie: id, exists: true }
      outputs: { token: "${{ response.json.token }}" }
    - id: upload
      uses: http
      with:
        method: PUT
        url: https://files.example.com/${{ steps.login.outputs.token }}
        multipart: [{ name: a, value: 1 }, { name: f, file: x.png, filename: y.png, type: image/png }]
        auth: { basic: { user: me, password: "${{ secrets.PASSWORD }}" } }
      until: { condition: "${{ response.status == 200 }}" }
      retry: { limit: 2, when: "${{ response.status == 503 }}" }
    - { id: form, uses: http, with: { url: http://x, form: { a: [1, b] }, auth: { digest: { user: a, password: b } } } }
    - id: text
      uses: http
      with: { url: http://x, body: "a ${{ secrets.CA }}", auth: { bearer: "${{ secrets.TOKEN }}" } }
    - { id: file, uses: http, with: { url: http://x, file: data, auth: { netrc: true }, redirects: false, version: 2 } }
    - id: review
      uses: agent
      needs: [login, upload]
      env: { KEY: "${{ secrets.TOKEN }}" }
      cwd: src
      with:
        prompt: |
          Look at ${{ steps.upload.response.text }}
        system: Be brief.
        persona: reviewer
        contracts: [evidence]
        provider: ${{ run.provider }}
        model: 1.0
        read_only: false
        output: json
        schema: { type: object, properties: { a: { type: [string, "null"], minLength: 0x1 } } }
        max-output: 4096
      expect: [{ json: $.a, exists: true }]
      outputs: { a: "${{ result.a }}", b: "${{ text }}" }
  report: ${{ steps.review.result.a }} by ${{ steps.review.model }} of ${{ steps.review.provider }}

  """

/// Every key of the language.
let fullFlow = """
  # A comment.
  name: Review a change
  description: Looks at a change from several sides.
  inputs:
    question: { type: string, required: true, description: What to look for. }
    size: { type: choice, options: [small, 2, true], default: 2 }
    count:
      type: number
      default: 0x10
    deep: { type: boolean, default: True }
    data: { type: json, default: { b: [1, .5, ~, yes], a: "1" } }
    plain: string
    version: { default: 1.0 }
    token: { type: secret, default: secret:API_TOKEN }
  env:
    PORT: 8080
    MODE: yes
    Q: ${{ inputs.question }}
  defaults:
    env: { LEVEL: 3, PORT: 81 }
    expect:
      - exit: 0
      - { json: $.ok, "==": true }
    retry: { limit: 2, delay: 5s }
    timeout: 10m
    deadline: 1h
    on-restart: ask
    continue-on-error: true
    circuit: api
  mode: hybrid
  concurrency: { max-parallel: 2, group: "review ${{ inputs.plain }} in ${{ run.cwd }}" }
  on-cancel: force
  on-failure: { recoverable: finish, fatal: cancel }
  input-timeout: 5m
  input-expiry: { after: 7d, then: default }
  steps:
    - id: diff
      label: Show the change
      uses: run
      with:
        command: |
          git diff "$Q"
          echo done
        shell: bash
      timeout: 1h30m
      expect: []
    - id: build
      uses: run
      needs: []
      if: ${{ inputs.deep and not cancelled() }}
      with: { command: [make, -j, 4, "all=${{ inputs.size }}/$${{ x }}", null-ish] }
      cwd: ${{ run.cwd }}/src
      env: { B: 0x1F, A: "", LEVEL: 4 }
      +expect:
        - stdout: { contains: "built ${{ inputs.size }}", matches: "^[a-z]" }
        - { duration: { "<": 2s } }
        - { json: "$.warnings[*]", count: { ">=": 1 }, not: true }
      until: { condition: "${{ exit == 0 }}", interval: 2s, deadline: 1m }
      outputs: { text: "${{ stdout }}", list: [1, "${{ exit }}"] }
      retry: { limit: 5, backoff: 1.5, max-delay: 10s, jitter: 0, when: "${{ error ~= nil }}" }
      continue-on-error: false
      on-restart: fail
    - id: angles
      uses: script
      needs: { build: any, diff: ok }
      foreach: { in: "${{ split(steps.diff.stdout, ',') }}", as: angle, max-parallel: 3 }
      with:
        lua: |
          local text = steps.diff.stdout
          return { angle, text }
    - id: words
      uses: run
      foreach: [a, "${{ inputs.plain }}", 3]
      with: { command: [echo, "${{ item }}", "${{ index }}"] }
    - id: ask
      uses: input
      with:
        prompt: Publish ${{ steps.angles[1].result }}?
        type: boolean
        default: false
        timeout: 10m
      outputs: { yes: "${{ value }}" }
    - { id: pause, uses: wait, with: { for: 5s } }
    - id: watch
      uses: wait
      with: { until: steps.ask.value, interval: 3s, deadline: 1h }
    - id: publish
      uses: flow
      with:
        flow: publish-report
        inputs: { text: "${{ steps.build.outputs.text }}", deep: true }
      retry: { when: any }
    - id: clean
      uses: run
      if: always()
      with: { command: make clean }
  outputs:
    pages: ${{ steps.publish.outputs.pages }}
    all: { ask: "${{ steps.ask.status }}", fixed: [1, two] }
  report: |
    # ${{ inputs.question }} in ${{ run.id }}
    ${{ steps.publish.report }}

  """
