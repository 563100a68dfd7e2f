internal import FlowdEngine
internal import FlowdModel
internal import FlowdStore

/// What steps produced, as the store has it.
enum StoredOutputs {
  /// Of the first of some steps, and of as many of those after it as can be read and fit in what a run keeps in memory.
  static func read(_ keys: [OutputKey], _ reader: SQLiteReader) throws(StoreError) -> [LoadedOutput] {
    var found: [LoadedOutput] = []
    var byteCount = 0
    for key in keys where byteCount < Limits.runOutputsBytesMax {
      let output: StepOutput
      do throws(StoreError) {
        output = try reader.output(of: key.storedRun, step: key.storedStep) ?? StepOutput()
      } catch {
        // Nobody may need this one; who does asks for it by itself.
        guard !found.isEmpty else { throw error }
        break
      }
      byteCount += output.memoryBytes
      found.append(LoadedOutput(step: key.step, output: output))
    }
    return found
  }

  /// For threads that wait for what they read, such as those of scripts.
  static func reader(on worker: Worker<SQLiteReader>) -> OutputReader {
    { run, step throws(ExpressionError) in
      let answer = Locked<Result<StepOutput?, StoreError>?>(nil)
      let done = Semaphore()
      worker.submit { reader in
        let read = Result { () throws(StoreError) in try reader.output(of: run, step: step) }
        answer.withLock { $0 = read }
        done.signal()
      }
      done.wait()
      switch answer.withLock({ $0 }) {
      case .success(let output): return output ?? StepOutput()
      case .failure(let error):
        throw ExpressionError(.failed, "the results of an earlier step could not be read: \(error)")
      case nil: preconditionFailure("the reader answers before it signals")
      }
    }
  }
}
