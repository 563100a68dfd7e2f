internal import FlowdClient
internal import FlowdWire

/// Names, glyphs and colours of run and step states.
enum StatusText {
  static func name(_ status: API.RunStatus) -> String {
    switch status {
    case .queued: "queued"
    case .running: "running"
    case .waitingInput: "waiting for input"
    case .paused: "paused"
    case .succeeded: "succeeded"
    case .failed: "failed"
    case .cancelled: "cancelled"
    case .interrupted: "interrupted"
    case .unspecified: "unknown"
    case .unrecognized(let number): "status \(number)"
    }
  }

  static func name(_ status: API.StepStatus) -> String {
    switch status {
    case .pending: "pending"
    case .running: "running"
    case .waitingInput: "waiting for input"
    case .waitingRetry: "waiting to retry"
    case .succeeded: "succeeded"
    case .failed: "failed"
    case .skipped: "skipped"
    case .cancelled: "cancelled"
    case .notRun: "not run"
    case .unspecified: "unknown"
    case .unrecognized(let number): "status \(number)"
    }
  }

  static func isFinal(_ status: API.RunStatus) -> Bool { status.isFinal }

  static func paint(_ status: API.RunStatus) -> (Style, String) -> String {
    switch status {
    case .succeeded: { $0.green($1) }
    case .failed: { $0.red($1) }
    case .cancelled, .interrupted, .paused, .waitingInput: { $0.yellow($1) }
    case .running: { $0.cyan($1) }
    case .queued, .unspecified, .unrecognized: { $0.dim($1) }
    }
  }

  static func paint(_ status: API.StepStatus) -> (Style, String) -> String {
    switch status {
    case .succeeded: { $0.green($1) }
    case .failed: { $0.red($1) }
    case .cancelled, .waitingInput, .waitingRetry: { $0.yellow($1) }
    case .running: { $0.cyan($1) }
    case .pending, .skipped, .notRun, .unspecified, .unrecognized: { $0.dim($1) }
    }
  }
}

/// One-column signs, in Unicode or ASCII.
struct Glyphs: Equatable, Sendable {
  var isUnicode: Bool

  private static let spinner = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"]
  private static let plainSpinner = ["|", "/", "-", "\\"]

  func spinner(_ tick: Int) -> String {
    let frames = isUnicode ? Glyphs.spinner : Glyphs.plainSpinner
    return frames[tick % frames.count]
  }

  func step(_ status: API.StepStatus, tick: Int) -> String {
    switch status {
    case .pending, .unspecified, .unrecognized: isUnicode ? "·" : "."
    case .running: spinner(tick)
    case .waitingInput: "?"
    case .waitingRetry: isUnicode ? "↻" : "~"
    case .succeeded: isUnicode ? "✓" : "+"
    case .failed: isUnicode ? "✗" : "x"
    case .skipped: isUnicode ? "○" : "o"
    case .cancelled: isUnicode ? "⊘" : "!"
    case .notRun: isUnicode ? "–" : "-"
    }
  }

  func run(_ status: API.RunStatus, tick: Int) -> String {
    switch status {
    case .queued, .unspecified, .unrecognized: isUnicode ? "·" : "."
    case .running: spinner(tick)
    case .waitingInput: "?"
    case .paused: isUnicode ? "‖" : "="
    case .succeeded: isUnicode ? "✓" : "+"
    case .failed: isUnicode ? "✗" : "x"
    case .cancelled, .interrupted: isUnicode ? "⊘" : "!"
    }
  }

  var outputBar: String { isUnicode ? "│" : "|" }
}
