import FlowdModel
import Testing

@testable import FlowdSteps

struct CommandLifeTests {
  @Test func anOrdinaryLife() {
    var life = CommandLife()
    #expect(life.handle(.message(.started)) == .announce)
    #expect(life.handle(.message(.ended(.exited(3)))) == nil)
    #expect(life.handle(.message(.treeEnded(left: 0))) == .finish(.outcome(.exited(3))))
    #expect(life.handle(.controlEnded) == nil)
    #expect(life.handle(.cancelled) == nil)
  }

  @Test func outputThatOvertakesTheLaunchersMessageAnnounces() {
    var life = CommandLife()
    #expect(life.handle(.outputArrived) == .announce)
    #expect(life.handle(.message(.started)) == nil)
    #expect(life.handle(.outputArrived) == nil)
  }

  @Test func theFirstReasonCounts() {
    var life = CommandLife()
    _ = life.handle(.message(.started))
    #expect(life.handle(.timedOut) == .orderEnd)
    #expect(life.handle(.cancelled) == nil)
    _ = life.handle(.message(.ended(.signalled(15))))
    #expect(life.handle(.message(.treeEnded(left: 0))) == .finish(.outcome(.timedOut)))
  }

  @Test func aCommandThatEndedBeforeTheOrderEndedByItself() {
    var life = CommandLife()
    _ = life.handle(.message(.started))
    _ = life.handle(.message(.ended(.exited(0))))
    #expect(life.handle(.cancelled) == nil)
    #expect(life.handle(.message(.treeEnded(left: 0))) == .finish(.outcome(.exited(0))))
  }

  @Test func aFailureToStartIsNotHiddenByACancel() {
    let failure = LaunchFailure(stage: .notFound, code: 2)
    var life = CommandLife()
    #expect(life.handle(.cancelled) == .orderEnd)
    #expect(life.handle(.message(.failed(failure))) == nil)
    #expect(life.handle(.message(.treeEnded(left: 0))) == .finish(.failure(failure)))
  }

  @Test func aLostLauncherLeavesItsTreeToTheSweep() {
    var life = CommandLife()
    _ = life.handle(.message(.started))
    #expect(life.handle(.controlEnded) == .endOrphans(announceFirst: false))
    #expect(life.handle(.controlEnded) == nil)
    #expect(life.handle(.stuck) == nil)
    #expect(life.handle(.cancelled) == nil)
    #expect(life.handle(.orphansEnded) == .finish(.outcome(.cancelled)))
  }

  @Test func aLauncherThatDoesNotObeyIsKilled() {
    var life = CommandLife()
    _ = life.handle(.message(.started))
    #expect(life.handle(.cancelled) == .orderEnd)
    #expect(life.handle(.stuck) == .killLauncher)
    #expect(life.handle(.controlEnded) == .endOrphans(announceFirst: false))
    #expect(life.handle(.orphansEnded) == .finish(.outcome(.cancelled)))
  }

  @Test func nothingIsKnownOfACommandWhoseLauncherVanished() {
    var life = CommandLife()
    #expect(life.handle(.controlEnded) == .endOrphans(announceFirst: true))
    #expect(life.handle(.orphansEnded) == .finish(.launcherLost))
  }
}
