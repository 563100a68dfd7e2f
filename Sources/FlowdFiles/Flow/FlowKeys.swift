extension KnownKeys {
  static let flow = KnownKeys(
    place: "a flow",
    allowed: ["name", "description", "inputs", "env", "concurrency", "steps", "report"],
    notYet: ["defaults", "mode", "on-cancel", "input-timeout", "input-expiry"],
    instead: ["id": "the id as the file's name", "jobs": "'steps'"])

  static let input = KnownKeys(
    place: "an input", allowed: ["type", "required", "default", "options", "description"])

  static let concurrency = KnownKeys(place: "'concurrency'", allowed: ["max-parallel"], notYet: ["group"])

  static let step = KnownKeys(
    place: "a step",
    allowed: [
      "id", "label", "uses", "with", "needs", "env", "cwd", "timeout", "continue-on-error", "on-restart",
    ],
    notYet: ["if", "foreach", "expect", "until", "outputs", "retry", "deadline"],
    instead: [
      "name": "'label'", "run": "'uses: run' and 'with: { command: … }'", "working-directory": "'cwd'",
      "timeout-minutes": "'timeout' with a unit, such as 10m",
    ])

  static let run = KnownKeys(
    place: "'with' of 'uses: run'", allowed: ["command", "shell"],
    instead: ["run": "'command'", "script": "'command'", "args": "'command' as a list"])
}
