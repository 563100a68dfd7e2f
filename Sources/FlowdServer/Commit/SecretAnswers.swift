internal import FlowdEngine
internal import FlowdModel
internal import FlowdStore
internal import Glibc

/// Answers to secret questions of unfinished runs, and what their secret inputs refer to: private files in `secrets` of the
/// state directory.
///
/// They are never in the database. An answer's file is on disk before the transaction that tells of the answer is, so an
/// acknowledged answer is not asked for again; a file whose transaction failed is written over or removed with its run.
struct SecretAnswers: Sendable {
  private let directory: String

  init(state: String) { directory = "\(state)/secrets" }

  private func path(_ run: Int64, _ step: Int) -> String { "\(directory)/\(run)-\(step)" }

  private func environmentPath(_ run: Int64) -> String { "\(directory)/\(run)-env" }

  /// Writes what a batch has.
  func write(_ batch: Batch) throws(StoreError) {
    guard !batch.secretAnswers.isEmpty || !batch.secretEnvironments.isEmpty else { return }
    _ = mkdir(directory, 0o700)
    for (key, answer) in batch.secretAnswers { try write(answer, to: path(key.run, key.index)) }
    for (run, entries) in batch.secretEnvironments {
      // Entries hold no NUL, so one ends each.
      try write(entries.map { $0 + "\0" }.joined(), to: environmentPath(run))
    }
    try sync(directory)
  }

  /// The entries of a run's environment that are not in the database.
  func environment(of run: Int64) -> [String] {
    guard let text = read(environmentPath(run)) else { return [] }
    return text.split(separator: "\0").map(String.init)
  }

  private func write(_ answer: String, to path: String) throws(StoreError) {
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard file >= 0 else { throw SecretAnswers.failure("create", errno) }
    defer { close(file) }
    var left = Array(answer.utf8)[...]
    while !left.isEmpty {
      let count = left.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw SecretAnswers.failure("write", errno) }
      left = left.dropFirst(count)
    }
    guard fsync(file) == 0 else { throw SecretAnswers.failure("sync", errno) }
  }

  private func sync(_ directory: String) throws(StoreError) {
    let file = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard file >= 0 else { throw SecretAnswers.failure("open", errno) }
    defer { close(file) }
    guard fsync(file) == 0 else { throw SecretAnswers.failure("sync", errno) }
  }

  private static func failure(_ verb: String, _ code: Int32) -> StoreError {
    StoreError(
      kind: code == ENOSPC || code == EDQUOT ? .full : .io,
      message: "cannot \(verb) a secret answer: \(errnoText(code))")
  }

  /// The answers that a run has got so far.
  func answers(of run: Int64, steps: [StepRecord], _ definition: PinnedDefinition) -> [Int: String] {
    var answers: [Int: String] = [:]
    // One that runs was answered, and waits for a value that its outputs read.
    for step in steps where step.status == .succeeded || step.status == .running {
      guard case .input(let question) = definition.flow.steps[step.parent ?? step.index].action,
        question.kind == .secret, let answer = read(path(run, step.index))
      else { continue }
      answers[step.index] = answer
    }
    return answers
  }

  private func read(_ path: String) -> String? {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: max(Limits.resultBytesMax, Limits.environmentBytesMax) + 1)
    var length = 0
    while length < bytes.count {
      let count = bytes.withUnsafeMutableBytes { buffer in
        Glibc.read(file, buffer.baseAddress?.advanced(by: length), buffer.count - length)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      length += count
    }
    return String(decoding: bytes.prefix(length), as: UTF8.self)
  }

  /// The runs that have answers on disk.
  var runs: Set<Int64> { Set(files.map(\.run)) }

  /// Removes the answers of runs that have ended.
  func remove(of runs: Set<Int64>) {
    guard !runs.isEmpty else { return }
    for file in files where runs.contains(file.run) { unlink("\(directory)/\(file.name)") }
  }

  private var files: [(name: String, run: Int64)] {
    guard let stream = opendir(directory) else { return [] }
    defer { closedir(stream) }
    var files: [(name: String, run: Int64)] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if let run = name.split(separator: "-").first.flatMap({ Int64($0) }) { files.append((name, run)) }
    }
    return files
  }
}
