internal import FlowdModel

/// A thread that does one blocking job after the other, with a tool that only it uses.
final class Worker<Tool>: Sendable {
  typealias Job = @Sendable (Tool) -> Void

  private struct State {
    var jobs: [Job] = []
    var isStopping = false
  }

  private let state = Locked(State())
  private let wake = Semaphore()
  private let thread = Locked<OwnThread?>(nil)

  /// - Parameter makeTool: Called on the new thread.
  init(named name: String, makeTool: @escaping @Sendable () -> Tool) throws(OwnThread.StartError) {
    let state = state
    let wake = wake
    let started = try OwnThread(named: name) {
      let tool = makeTool()
      while true {
        wake.wait()
        let (jobs, isStopping) = state.withLock { state in
          let jobs = state.jobs
          state.jobs = []
          return (jobs, state.isStopping)
        }
        for job in jobs { job(tool) }
        if isStopping, jobs.isEmpty { return }
      }
    }
    thread.withLock { $0 = started }
  }

  /// Adds a job; the callers bound how many they have under way.
  func submit(_ job: @escaping Job) {
    state.withLock { $0.jobs.append(job) }
    wake.signal()
  }

  /// Finishes the jobs that were submitted, then joins the thread.
  func stop() {
    state.withLock { $0.isStopping = true }
    wake.signal()
    thread.withLock { $0 }?.join()
  }
}
