import FlowdModel
import FlowdSteps
import TestSupport
import Testing

@testable import FlowdAgents

@Suite struct AnswerStreamTests {
  private let start = MonotonicInstant.now

  private func stream(_ values: [String] = [], bytesMax: Int = Limits.resultBytesMax) -> AnswerStream {
    AnswerStream(redactor: Redactor(values), bytesMax: bytesMax)
  }

  private func text(_ chunks: [OutputChunk]) -> String { String(decoding: chunks.flatMap(\.text), as: UTF8.self) }

  @Test func anyWayOfCuttingTheSameBytesGivesTheSameAnswer() {
    let source = Array("héllo 🌍 wörld\nwith NUL \0 and a broken ".utf8) + [0xE2, 0x82] + Array(" end".utf8)
    var whole = stream()
    whole.push(source, now: start)
    whole.finish(now: start)
    for seed in 1...200 {
      var random = SplitMix64(seed: UInt64(seed))
      var cut = stream()
      for piece in source.cut(upTo: 5, using: &random) { cut.push(piece, now: start) }
      cut.finish(now: start)
      #expect(cut.answer == whole.answer, "seed \(seed)")
      let chunks = cut.takeChunks(now: start)
      #expect(chunks.flatMap(\.text) == whole.answer, "seed \(seed)")
    }
    let expected = "héllo 🌍 wörld\nwith NUL \u{FFFD} and a broken \u{FFFD} end"
    #expect(String(decoding: whole.answer, as: UTF8.self) == expected)
  }

  @Test func chunksAreBoundedCutBetweenCharactersAndCountedFromTheStart() {
    var answers = stream()
    let source = Array(String(repeating: "€", count: 20_000).utf8)
    answers.push(source, now: start)
    let chunks = answers.takeChunks(now: start)
    #expect(chunks.count > 3)
    var offset: UInt64 = 0
    for chunk in chunks {
      #expect(chunk.offset == offset)
      #expect(chunk.text.count <= Limits.outputChunkBytesMax)
      #expect(chunk.text.count.isMultiple(of: 3))
      offset += UInt64(chunk.text.count)
    }
    #expect(offset == UInt64(source.count))
  }

  @Test func tinyPiecesGoOutTogetherAfterTheGatheringTime() {
    var answers = stream()
    for _ in 0..<1000 { answers.push(Array("tok ".utf8), now: start) }
    let delay = Duration.milliseconds(Limits.outputGatheringMilliseconds)
    #expect(answers.dueAt == start + delay)
    #expect(answers.takeChunks(now: start + delay).map(\.text.count) == [4000])
    #expect(answers.dueAt == .never)
  }

  @Test func whatIsNotAcknowledgedIsBounded() {
    var answers = stream()
    let piece = [UInt8](repeating: 0x61, count: 16_384)
    var count = 0
    while !answers.isFull {
      answers.push(piece, now: start)
      count += 1
    }
    #expect(count == Limits.unacknowledgedOutputBytesMax / 16_384)
    let sent = answers.takeChunks(now: start).map(\.text.count).reduce(0, +)
    #expect(answers.isFull)
    answers.acknowledge(sent)
    #expect(!answers.isFull)
  }

  @Test func aLongerAnswerThanAllowedEndsAtACharacter() {
    var answers = stream(bytesMax: 10)
    answers.push(Array("12345678€9".utf8), now: start)
    #expect(answers.isTooLarge)
    #expect(answers.answer == Array("12345678".utf8))
    answers.push(Array("more".utf8), now: start)
    answers.finish(now: start)
    #expect(text(answers.takeChunks(now: start)) == "12345678")
  }

  @Test func anAnswerOfExactlyTheBoundIsWhole() {
    var answers = stream(bytesMax: 10)
    answers.push(Array("1234567890".utf8), now: start)
    answers.finish(now: start)
    #expect(!answers.isTooLarge)
    #expect(answers.answer.count == 10)
  }

  @Test func streamingEndsAtItsCapAndTheAnswerGoesOn() {
    var answers = stream(bytesMax: Limits.streamedOutputBytesMax + 100)
    let piece = [UInt8](repeating: 0x61, count: 1 << 20)
    var chunks: [OutputChunk] = []
    for _ in 0..<8 {
      answers.push(piece, now: start)
      chunks += answers.takeChunks(now: start)
    }
    #expect(chunks.allSatisfy { !$0.truncated })
    answers.push(Array("beyond".utf8), now: start)
    answers.push(Array("more".utf8), now: start)
    chunks += answers.takeChunks(now: start)
    #expect(chunks.map(\.text.count).reduce(0, +) == Limits.streamedOutputBytesMax)
    #expect(chunks.filter(\.truncated).count == 1)
    #expect(chunks.last?.truncated == true)
    #expect(answers.answer.count == Limits.streamedOutputBytesMax + 10)
    #expect(!answers.isTooLarge)
  }

  @Test func anotherAnswerTakesThePlaceOfTheFirstAndItsOffsetsGoOn() {
    var answers = stream()
    answers.push(Array("first".utf8), now: start)
    answers.restart(now: start)
    answers.push(Array("second".utf8), now: start)
    answers.finish(now: start)
    #expect(answers.answer == Array("second".utf8))
    #expect(text(answers.takeChunks(now: start)) == "firstsecond")
  }

  @Test func aWholeAnswerReplacesItsPiecesAndIsStreamedOnlyWithoutThem() {
    var pieces = stream()
    pieces.push(Array("par".utf8), now: start)
    pieces.replace(with: Array("the whole".utf8), now: start)
    #expect(pieces.answer == Array("the whole".utf8))
    #expect(text(pieces.takeChunks(now: start)) == "par")

    var whole = stream()
    whole.replace(with: Array("the whole".utf8), now: start)
    #expect(whole.answer == Array("the whole".utf8))
    #expect(text(whole.takeChunks(now: start)) == "the whole")
  }
}

@Suite struct AlarmClockTests {
  @Test func alarmsRingInTheOrderOfTheirTimes() throws {
    let clock = try AlarmClock()
    defer { clock.shutdown() }
    let rung = Locked<[Int]>([])
    let all = Semaphore()
    let now = MonotonicInstant.now
    for number in [3, 1, 4, 2, 5] {
      clock.set(at: now + .milliseconds(1_000 + number * 10)) {
        rung.withLock { $0.append(number) }
        all.signal()
      }
    }
    for _ in 0..<5 { #expect(all.wait(milliseconds: 60_000)) }
    #expect(rung.withLock { $0 } == [1, 2, 3, 4, 5])
  }

  @Test func aCancelledAlarmDoesNotRing() throws {
    let clock = try AlarmClock()
    defer { clock.shutdown() }
    let rung = Locked<[String]>([])
    let end = Semaphore()
    let now = MonotonicInstant.now
    let alarm = clock.set(at: now + .milliseconds(1_000)) { rung.withLock { $0.append("cancelled") } }
    clock.set(at: now + .milliseconds(1_100)) {
      rung.withLock { $0.append("kept") }
      end.signal()
    }
    clock.cancel(alarm)
    #expect(end.wait(milliseconds: 60_000))
    #expect(rung.withLock { $0 } == ["kept"])
  }

  @Test func anAlarmMaySetTheNext() throws {
    let clock = try AlarmClock()
    defer { clock.shutdown() }
    let end = Semaphore()
    clock.set(at: .now) { [weak clock] in clock?.set(at: .now) { end.signal() } }
    #expect(end.wait(milliseconds: 60_000))
  }
}
