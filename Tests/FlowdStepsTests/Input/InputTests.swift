import FlowdModel
import Glibc
import Testing

@testable import FlowdSteps

extension CommandTests {
  @Suite struct Input {
    @Test func bytesArriveWholeAndEnd() async throws {
      let steps = try Steps()
      let bytes = (0..<1_000_003).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
      let counted = steps.start(["wc", "-c"], input: .bytes(bytes))
      let summed = steps.start(["cksum"], input: .bytes(bytes))
      let none = steps.start(["wc", "-c"], input: .bytes([]))
      #expect(try await steps.result(of: counted).output == "1000003\n")
      #expect(try await steps.result(of: summed).output == "\(Self.cksum(bytes)) 1000003\n")
      #expect(try await steps.result(of: none).output == "0\n")
    }

    /// POSIX cksum(1).
    private static func cksum(_ bytes: [UInt8]) -> UInt32 {
      var length: [UInt8] = []
      var rest = bytes.count
      while rest > 0 {
        length.append(UInt8(rest & 0xFF))
        rest >>= 8
      }
      var sum: UInt32 = 0
      for byte in bytes + length {
        sum ^= UInt32(byte) << 24
        for _ in 0..<8 { sum = sum & 0x8000_0000 == 0 ? sum << 1 : sum << 1 ^ 0x04C1_1DB7 }
      }
      return ~sum
    }

    @Test func aCommandThatDoesNotReadIsNotDisturbed() async throws {
      let steps = try Steps()
      let bytes = [UInt8](repeating: 1, count: 2_000_000)
      let attempt = steps.start(["true"], input: .bytes(bytes))
      #expect(try await steps.result(of: attempt).outcome == .exited(0))
      let partly = steps.start(shell: "exec 0<&-; sleep 0.1; echo on")
      #expect(try await steps.result(of: partly).output == "on\n")
    }

    @Test func aStreamIsAConversation() async throws {
      let steps = try Steps()
      let attempt = steps.start(
        ["sh", "-c", "while read line; do echo \"got $line\"; done; echo end"], input: .stream)
      for number in 1...3 {
        steps.executor.write(attempt, Array("\(number)\n".utf8))
        try await eventually("the answer to \(number)") { steps.text(of: attempt).hasSuffix("got \(number)\n") }
      }
      steps.executor.closeInput(attempt)
      #expect(try await steps.result(of: attempt).output == "got 1\ngot 2\ngot 3\nend\n")
      // Of an attempt that has finished nothing is left to write to.
      steps.executor.write(attempt, [1])
      steps.executor.closeInput(attempt)
    }

    @Test func whatIsWrittenAfterTheEndIsDropped() async throws {
      let steps = try Steps()
      let attempt = steps.start(["cat"], input: .stream)
      steps.executor.write(attempt, Array("in".utf8))
      steps.executor.closeInput(attempt)
      steps.executor.write(attempt, Array("out".utf8))
      #expect(try await steps.result(of: attempt).output == "in")
    }

    @Test func whatIsWrittenWhileTheAttemptWaitsArrives() async throws {
      let steps = try Steps { $0.processesMax = 1 }
      let first = steps.start(["cat"], input: .stream)
      let second = steps.start(["cat"], input: .stream)
      let third = steps.start(["cat"], input: .stream)
      for attempt in [second, third] {
        steps.executor.write(attempt, Array("early".utf8))
        steps.executor.closeInput(attempt)
      }
      steps.executor.terminate(third)
      #expect(try await steps.result(of: third).outcome == .cancelled)
      #expect(steps.resultIfFinished(second) == nil)
      steps.executor.closeInput(first)
      #expect(try await steps.result(of: second).output == "early")
    }

    @Test func moreThanMayWaitEndsTheAttempt() async throws {
      let steps = try Steps { $0.processesMax = 1 }
      let piece = [UInt8](repeating: 65, count: Limits.standardInputBytesMax / 2)
      let running = steps.start(["sleep", "100"], input: .stream)
      let waiting = steps.start(["cat"], input: .stream)
      for attempt in [waiting, running] {
        for _ in 0..<3 { steps.executor.write(attempt, piece) }
        guard case .agentFailed(.failed, let sentence, nil) = try await steps.result(of: attempt).outcome else {
          Issue.record("\(String(describing: steps.resultIfFinished(attempt)?.outcome))")
          continue
        }
        #expect(sentence.contains("\(Limits.standardInputBytesMax)"))
      }
    }

    @Test func asMuchAsMayWaitArrives() async throws {
      let steps = try Steps()
      let most = [UInt8](repeating: 65, count: Limits.standardInputBytesMax)
      let attempt = steps.start(["wc", "-c"], input: .bytes(most))
      #expect(try await steps.result(of: attempt).output == "\(most.count)\n")
      guard
        case .notStarted(let sentence) = try await steps.result(of: steps.start(["cat"], input: .bytes(most + [1])))
          .outcome
      else {
        Issue.record("one byte more was taken")
        return
      }
      #expect(sentence.contains("\(Limits.standardInputBytesMax)"))
    }

    @Test func theLauncherDoesNotHoldTheInput() async throws {
      let steps = try Steps { $0.leftoverGrace = .seconds(1) }
      // Only when nobody else has the reading end does a write fail with EPIPE and the rest go away at once.
      let attempt = steps.start(["sh", "-c", "exec 0<&-; echo closed; sleep 100"], input: .stream)
      try await eventually("it has closed its input") { steps.text(of: attempt) == "closed\n" }
      let piece = [UInt8](repeating: 65, count: Limits.standardInputBytesMax)
      for _ in 0..<3 { steps.executor.write(attempt, piece) }
      steps.executor.terminate(attempt)
      #expect(try await steps.result(of: attempt).outcome == .cancelled)
    }
  }
}
