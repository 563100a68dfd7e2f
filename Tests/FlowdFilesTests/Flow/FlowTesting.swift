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
  env:
    PORT: 8080
    MODE: yes
    Q: ${{ inputs.question }}
  concurrency: { max-parallel: 2 }
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
    - id: build
      uses: run
      needs: []
      with: { command: [make, -j, 4, "all=${{ inputs.size }}/$${{ x }}", null-ish] }
      cwd: ${{ run.cwd }}/src
      env: { B: 0x1F, A: "" }
      continue-on-error: true
      on-restart: fail
    - id: test
      uses: run
      needs: { build: any, diff: ok }
      with: { command: make test }
      env:
        OUT: "${{steps.diff.stdout}}|${{ steps.build.exit }}"
    - { id: last, uses: run, with: { command: ["true"] } }
  report: |
    # ${{ inputs.question }} in ${{ run.id }}
    ${{ steps.test.status }}

  """
