internal import FlowdModel

extension Language {
  /// Kinds whose attempts run, fail and are repeated.
  private static let working: [StepKind] = [.run, .http, .agent, .script, .flow]

  package static let step = SchemaObject(
    "step", place: "a step",
    keys: [
      SchemaKey("id", .identifier, "Its name in this flow.", required: true),
      SchemaKey("label", .constant, "What a person reads.", standard: "the id"),
      SchemaKey("uses", .words(StepKind.allCases.map(\.rawValue)), "What kind of step it is.", required: true),
      SchemaKey("with", .with, "What the step does; its keys are those of its kind, below.", required: true),
      SchemaKey(
        "needs", .either([.text, .list(of: .text, max: Limits.flowNeedsMax), needsMap]),
        "The steps it waits for: `a` or `[a, b]`, succeeded or skipped; `{ a: any }`, also failed; `[]`, none.",
        standard: "the step before"),
      SchemaKey(
        "if", .expression,
        "Evaluated when the step is ready; `false` or `nil` skips it, which satisfies those that need it."),
      SchemaKey(
        "foreach", .either([.expression, .list(of: .value, max: Limits.foreachItemsMax), .object(foreach)]),
        "One child of the step for each element of a list; a list or an expression alone is its `in`."),
      SchemaKey(
        "env", environment, "Environment variables, over those of the flow.", kinds: [.run, .agent],
        elsewhere: [
          .script: "the values in 'with.lua', which reads 'inputs' and 'steps'", .flow: "'with.inputs'",
          .http: "the values in 'with', as ${{ }}",
        ]),
      SchemaKey(
        "cwd", .template, "Where the command or the agent runs: absolute, or relative to the run's directory.",
        standard: "the run's directory", kinds: [.run, .agent]),
      SchemaKey(
        "expect", .list(of: .object(check), max: Limits.checksMax),
        "Checks of the result; the step fails when one of them does. Replaces those of `defaults`.",
        kinds: [.run, .http, .agent, .script]),
      SchemaKey(
        "+expect", .list(of: .object(check), max: Limits.checksMax), "Checks in addition to those of `defaults`.",
        kinds: [.run, .http, .agent, .script]),
      SchemaKey(
        "until", .object(until), "Repeats the step until a condition holds; only the last attempt decides.",
        kinds: working, elsewhere: [.wait: "'with.until'"]),
      SchemaKey(
        "outputs", .map(of: .value, names: .identifiers, max: Limits.outputsMax),
        "Values for other steps, `steps.ID.outputs.NAME`; may read the step's own results.",
        kinds: [.run, .http, .agent, .script, .input], elsewhere: [.flow: "'outputs' in the flow it runs"]),
      SchemaKey(
        "retry", .object(retry), "When a failed attempt is followed by another one.", kinds: working),
      SchemaKey(
        "timeout", .duration, "Of one attempt.", kinds: working,
        elsewhere: [.input: "'with.timeout'", .wait: "'with.deadline'"]),
      SchemaKey(
        "deadline", .duration, "Of the step with all its attempts.", kinds: working,
        elsewhere: [.input: "'with.timeout'", .wait: "'with.deadline'"]),
      SchemaKey(
        "on-restart", .words(RestartPolicy.allCases.map(\.rawValue)),
        "What becomes of an attempt that the daemon's end cut off; `ask` leaves it to a person, and fails in BATCH.",
        standard:
          "`retry`; `ask` for `http` with a method that may change something twice, and for `agent` that may write",
        kinds: working),
      SchemaKey("continue-on-error", .boolean, "Whether a failure leaves the run as it is.", standard: "`false`"),
      SchemaKey(
        "circuit", .constant,
        "Steps with the same name, in all runs, are not tried for a while when they fail again and again.",
        standard: "of `http` its server, of `agent` its provider", kinds: working),
    ],
    instead: [
      "name": "'label'", "run": "'uses: run' and 'with: { command: … }'", "working-directory": "'cwd'",
      "timeout-minutes": "'timeout' with a unit, such as 10m", "when": "'if'", "depends_on": "'needs'",
      "strategy": "'foreach'", "retries": "'retry: { limit: … }'",
    ])

  package static let defaults = SchemaObject(
    "defaults", place: "'defaults'",
    keys: defaultKeys.map { name, meaning in
      SchemaKey(name, step.key(name)?.type ?? .json, meaning, kinds: step.key(name)?.kinds)
    } + [
      SchemaKey("baseUrl", .template, "What a `url` without a scheme is put behind.", kinds: [.http]),
      SchemaKey("headers", headers, "Merged by name, in any case; the step's wins.", kinds: [.http]),
    ],
    instead: [
      "foreach": "it in each step", "until": "it in each step", "needs": "it in each step", "base-url": "'baseUrl'",
      "base_url": "'baseUrl'", "baseURL": "'baseUrl'", "url": "'baseUrl'", "header": "'headers'",
    ])

  private static let defaultKeys = [
    ("env", "Merged by name; the step's variable wins."),
    (
      "expect", "Taken by steps without `expect`, as far as their kind has what a check looks at; `+expect` adds to it."
    ),
    ("retry", "Merged by key; the step's wins."),
    ("timeout", "For steps without one."),
    ("deadline", "For steps without one."),
    ("on-restart", "For steps without it."),
    ("continue-on-error", "For steps without it."),
    ("circuit", "For steps without one."),
  ]

  package static let foreach = SchemaObject(
    "foreach", place: "'foreach'",
    keys: [
      SchemaKey(
        "in", .either([.expression, .list(of: .value, max: Limits.foreachItemsMax)]),
        "The list: one `${{ }}`, or written out.", required: true),
      SchemaKey("as", .variable, "The name under which the children read their element.", standard: "`item`"),
      SchemaKey(
        "max-parallel", .integer(1...Limits.maxParallelMax), "How many children go on at once.",
        standard: "the flow's bound"),
    ])

  package static let until = SchemaObject(
    "until", place: "'until'",
    keys: [
      SchemaKey(
        "condition", .expression, "Evaluated after each attempt; may read the step's own results.", required: true),
      SchemaKey("interval", .duration, "Between two attempts.", standard: "`1s`"),
      SchemaKey("deadline", .duration, "For all attempts together.", standard: "`5m`"),
    ])

  package static let retry = SchemaObject(
    "retry", place: "'retry'",
    keys: [
      SchemaKey("limit", .integer(0...Limits.retryLimitMax), "Attempts after the first.", standard: "`0`"),
      SchemaKey("delay", .duration, "Before the first of them.", standard: "`1s`"),
      SchemaKey("backoff", .number(1...1000), "What the delay is multiplied with each time.", standard: "`2`"),
      SchemaKey("max-delay", .duration, "The longest delay.", standard: "`60s`"),
      SchemaKey("jitter", .number(0...1), "How much of a delay is left to chance: `0.2` is ±20 %.", standard: "`0.2`"),
      SchemaKey(
        "when", .either([.words(["recoverable", "any"]), .expression]),
        "Which failures: those that might not come again, all, or those for which an expression holds.",
        standard: "`recoverable`"),
    ],
    instead: ["max": "'limit'", "attempts": "'limit'", "count": "'limit'"])

  private static let needsMap = SchemaType.map(
    of: .words(["ok", "any"]), names: .identifiers, max: Limits.flowNeedsMax)
}
