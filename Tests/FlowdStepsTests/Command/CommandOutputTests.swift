import FlowdModel
import Glibc
import Testing

@testable import FlowdSteps

extension CommandTests {
  @Suite struct Output {
    @Test func linesArriveWhileTheCommandRuns() async throws {
      let steps = try Steps()
      let folder = try TemporaryFolder()
      let gate = "\(folder.path)/gate"
      try #require(mkfifo(gate, 0o600) == 0)
      let attempt = steps.start(shell: "echo one; read line < \(gate); echo two")
      try await eventually("the first line") { steps.text(of: attempt) == "one\n" }
      #expect(steps.resultIfFinished(attempt) == nil)
      let writer = open(gate, O_WRONLY | O_CLOEXEC)
      close(writer)
      let result = try await steps.result(of: attempt)
      #expect(result == StepResult(outcome: .exited(0), stdout: Array("one\ntwo\n".utf8)))
    }

    @Test func textWithoutNewlineArrivesWhileTheCommandRuns() async throws {
      let steps = try Steps()
      let attempt = steps.start(shell: "printf 'Password: '; exec sleep 1000")
      try await eventually("the prompt") { steps.text(of: attempt) == "Password: " }
      steps.executor.terminate(attempt)
      #expect(try await steps.result(of: attempt).outcome == .cancelled)
    }

    @Test func bothStreamsKeepTheOrderInWhichTheyWereWritten() async throws {
      let steps = try Steps()
      let folder = try TemporaryFolder()
      let gate = "\(folder.path)/gate"
      try #require(mkfifo(gate, 0o600) == 0)
      let attempt = steps.start(
        shell: "for i in 1 2 3; do echo out$i; read x < \(gate); echo err$i >&2; read x < \(gate); done")
      var expected: [String] = []
      for line in ["out1", "err1", "out2", "err2", "out3", "err3"] {
        expected.append(line + "\n")
        try await eventually(line) {
          steps.chunks(of: attempt).map { String(decoding: $0.text, as: UTF8.self) } == expected
        }
        close(open(gate, O_WRONLY | O_CLOEXEC))
      }
      let result = try await steps.result(of: attempt)
      #expect(result.stdout == Array("out1\nout2\nout3\n".utf8))
      #expect(result.stderr == Array("err1\nerr2\nerr3\n".utf8))
    }

    @Test func invalidBytesAndNulAreReplaced() async throws {
      let steps = try Steps()
      let attempt = steps.start(shell: #"printf 'a\000b\377c\342\202'; printf '\254d\303'"#)
      let result = try await steps.result(of: attempt)
      #expect(String(decoding: result.stdout, as: UTF8.self) == "a\u{FFFD}b\u{FFFD}c€d\u{FFFD}")
      #expect(steps.text(of: attempt) == String(decoding: result.stdout, as: UTF8.self))
    }

    @Test func aScalarWrittenByteForByteArrivesWhole() async throws {
      let steps = try Steps()
      let attempt = steps.start(shell: #"for b in '\360' '\235' '\204' '\236'; do printf $b; sleep 0.03; done"#)
      let result = try await steps.result(of: attempt)
      #expect(result.stdout == Array("𝄞".utf8))
      #expect(steps.chunks(of: attempt).map(\.text) == [Array("𝄞".utf8)])
    }

    @Test func aFloodIsCappedMarkedAndDoesNotBlockTheCommand() async throws {
      let steps = try Steps()
      let attempt = steps.start(shell: "yes | head -c 100000000; echo done >&2")
      let result = try await steps.result(of: attempt, within: .seconds(60))
      #expect(result.outcome == .exited(0))
      #expect(result.stderr == Array("done\n".utf8))
      #expect(result.stdout.count == Limits.capturedOutputBytesMax && result.stdoutTruncated)
      #expect(!result.stderrTruncated)
      #expect(result.details.written == WrittenBytes(stdout: 100_000_000, stderr: 5))
      expectCappedStream(steps.chunks(of: attempt).filter { $0.stream == .standardOutput })
    }

    @Test func oneEndlessLineCostsNoMoreThanShortOnes() async throws {
      let steps = try Steps()
      let before = try #require(ProcFileReader.status("VmRSS"))
      let attempt = steps.start(shell: "head -c 64M /dev/zero | tr '\\0' x")
      let result = try await steps.result(of: attempt, within: .seconds(60))
      #expect(result.outcome == .exited(0))
      expectCappedStream(steps.chunks(of: attempt))
      let after = try #require(ProcFileReader.status("VmRSS"))
      // The test itself keeps the 8 MiB that were delivered.
      #expect(after - before < 48 * 1024, "grew by \(after - before) KiB")
    }

    @Test func withoutAcknowledgementTheCommandIsHeldBackAndGoesOnLater() async throws {
      let steps = try Steps(acknowledges: false)
      // One process that sleeps in write(2) only.
      let attempt = steps.start(["seq", "1", "500000"])
      let size = 3_388_895
      let limit = Limits.unacknowledgedOutputBytesMax
      try await eventually("the limit is reached") { delivered(steps, attempt) >= limit }
      var quietRounds = 0
      var seen = 0
      try await eventually("nothing is read any more and the command sleeps") {
        let isAsleep = steps.processes(of: attempt)?.contains {
          ProcFileReader.text("/proc/\($0.pid)/status")?.contains("State:\tS") ?? false
        }
        quietRounds = isAsleep == true && delivered(steps, attempt) == seen ? quietRounds + 1 : 0
        seen = delivered(steps, attempt)
        return quietRounds == 20
      }
      #expect(delivered(steps, attempt) <= limit + 3 * 16_384)
      #expect(steps.resultIfFinished(attempt) == nil)
      var acknowledged = 0
      try await eventually("the rest", within: .seconds(30)) {
        let bytes = delivered(steps, attempt)
        #expect(bytes - acknowledged <= limit + 2 * 65_536)
        steps.executor.acknowledge(attempt, bytes: bytes - acknowledged)
        acknowledged = bytes
        return steps.resultIfFinished(attempt) != nil
      }
      #expect(delivered(steps, attempt) == size)
      #expect(try await steps.result(of: attempt).outcome == .exited(0))
    }

    @Test func aCommandThatIsHeldBackCanBeCancelled() async throws {
      let steps = try Steps(acknowledges: false)
      let attempt = steps.start(["/usr/bin/yes"])
      try await eventually("the limit is reached") {
        delivered(steps, attempt) >= Limits.unacknowledgedOutputBytesMax
      }
      steps.executor.terminate(attempt)
      #expect(try await steps.result(of: attempt).outcome == .cancelled)
      #expect(delivered(steps, attempt) <= Limits.unacknowledgedOutputBytesMax + 3 * 16_384 + 65_536)
    }

    @Test func aCommandThatClosesItsOutputGoesOn() async throws {
      let steps = try Steps()
      let attempt = steps.start(shell: "exec >&- 2>&-; sleep 0.1; exit 7")
      #expect(try await steps.result(of: attempt).outcome == .exited(7))
    }

    private func delivered(_ steps: Steps, _ attempt: AttemptID) -> Int {
      steps.chunks(of: attempt).reduce(0) { $0 + $1.text.count }
    }

    private func expectCappedStream(_ chunks: [OutputChunk]) {
      #expect(chunks.reduce(0) { $0 + $1.text.count } == Limits.streamedOutputBytesMax)
      #expect(chunks.filter(\.truncated).count == 1)
      #expect(chunks.last?.truncated == true)
      #expect(chunks.allSatisfy { $0.text.count <= Limits.outputChunkBytesMax })
      var offset: UInt64 = 0
      for chunk in chunks {
        #expect(chunk.offset == offset)
        offset += UInt64(chunk.text.count)
      }
    }
  }
}
