internal import CLinux
internal import FlowdModel
internal import Glibc

/// Why a command could not be started.
struct LaunchFailure: Error, Equatable, Sendable {
  /// What was being done; the raw values up to 10 are `enum flowd_launch_stage`.
  enum Stage: UInt32, Sendable {
    case process = 1
    case directory = 2
    case notFound = 3
    case interpreter = 4
    case execute = 5
    case privateDirectory = 6
    /// From here to `privileges`: the command could not be confined.
    case landlock = 7
    case landlockRules = 8
    case seccomp = 9
    case privileges = 10
    /// The pipes or the launcher itself, in flowd.
    case launcher = 100
    /// An argument, a variable or the directory holds a NUL, which no program can be given.
    case text = 101
    /// The executor's queue is full.
    case queue = 102
    /// The launcher ended before it reported anything; the code is its exit code.
    case lost = 103
    /// More bytes for standard input than are taken.
    case input = 104
    /// A confinement that cannot be told to the launcher, or no place for private directories.
    case confinement = 105
  }

  var stage: Stage
  /// An errno value; of `lost` an exit code.
  var code: Int32

  /// What failed, where, and what to do about it, for the person who reads the run's report.
  func sentence(for command: CommandPlace) -> String {
    switch stage {
    case .process:
      "No process could be made for `\(command.program)` (\(errorText(code))). \(Self.advice(onShortageBy: code))"
    case .directory:
      "The working directory \(command.directory) cannot be entered (\(errorText(code))). "
        + "Create it, or correct the step's working directory."
    case .notFound:
      command.program.contains("/")
        ? "There is no program \(command.program) (\(errorText(code))). Correct the path, or install the program."
        : "There is no program `\(command.program)` in PATH (\(command.path)). Install it, or give its full path."
    case .interpreter:
      "`\(command.program)` exists, but the interpreter that its first line or its header names does not "
        + "(\(errorText(code))). Correct the first line of the script, or install the interpreter."
    case .execute:
      "`\(command.program)` cannot be executed (\(errorText(code))). \(Self.advice(onExecutionBy: code))"
    case .launcher:
      "flowd could not start its launcher for `\(command.program)` (\(errorText(code))). "
        + Self.advice(onShortageBy: code)
    case .text:
      "The arguments, the environment or the working directory of `\(command.program)` hold a NUL character, "
        + "which no program can be given. Remove it from the value it came from."
    case .queue:
      "\(Limits.waitingCommandsMax) commands wait already. Start this one when some of them have ended."
    case .lost:
      "flowd-launch ended with code \(code) before `\(command.program)` was started. "
        + "Check that flowd and flowd-launch are of the same version."
    case .input:
      "There are more than \(Limits.standardInputBytesMax) bytes for the standard input of `\(command.program)`. "
        + "Pass large values by a file."
    case .privateDirectory:
      "The private directory of `\(command.program)` could not be made in flowd's state directory "
        + "(\(errorText(code))). \(Self.advice(onShortageBy: code))"
    case .landlock, .landlockRules, .seccomp, .privileges, .confinement:
      "`\(command.program)` must be confined and was not started: \(unconfinedCause ?? errorText(code))"
    }
  }

  /// What the attempt ends with.
  func outcome(for command: CommandPlace) -> StepResult.Outcome {
    let sentence = sentence(for: command)
    return unconfinedCause == nil ? .notStarted(sentence) : .agentFailed(.unconfined, sentence, retryAfter: nil)
  }

  private static func advice(onExecutionBy code: Int32) -> String {
    switch code {
    case EACCES: "Make it executable (chmod +x), and every directory above it searchable."
    case ENOEXEC: "It is neither a program for this machine nor a script whose first line begins with `#!`."
    case E2BIG: adviceOnSize
    case ETXTBSY: "Something still has it open for writing; close that first."
    default: "Try it in a shell as the user that flowd runs as."
    }
  }

  private static func advice(onShortageBy code: Int32) -> String {
    switch code {
    case E2BIG: adviceOnSize
    case EMFILE: "flowd has no free file descriptor: raise its LimitNOFILE, or run fewer steps at once."
    case ENFILE: "The machine has no free file descriptor: raise fs.file-max, or run fewer steps at once."
    case EAGAIN:
      "The user or its cgroup has too many processes: raise LimitNPROC or TasksMax, or run fewer steps at once."
    case ENOMEM: "The machine has too little free memory."
    case ENOENT, EACCES: "It is installed next to flowd; reinstall flowd."
    default: "Try again; if it stays, report it."
    }
  }

  private static let adviceOnSize =
    "Arguments and environment are too large: one may have 131071 bytes, all together about 2 MiB. "
    + "Pass large values by a file."
}

/// What a sentence about a failed start names.
struct CommandPlace: Equatable, Sendable {
  var program: String
  var directory: String
  /// The PATH of the command's environment.
  var path: String

  init(_ request: CommandRequest) {
    program = request.arguments.first ?? ""
    directory = request.workingDirectory
    path = request.environment.first { $0.hasPrefix("PATH=") }.map { String($0.dropFirst(5)) } ?? "/bin:/usr/bin"
  }
}
