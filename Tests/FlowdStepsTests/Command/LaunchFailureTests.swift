import FlowdModel
import Glibc
import Testing

@testable import FlowdSteps

struct LaunchFailureTests {
  private let place = CommandPlace(
    CommandRequest(
      attempt: .unique(), arguments: ["make"], environment: ["A=1", "PATH=/opt/bin"], workingDirectory: "/srv/work"))

  @Test(arguments: [
    (LaunchFailure.Stage.launcher, EMFILE, ["`make`", "EMFILE", "LimitNOFILE"]),
    (.launcher, ENFILE, ["`make`", "ENFILE", "fs.file-max"]),
    (.launcher, ENOENT, ["launcher", "reinstall"]),
    (.launcher, E2BIG, ["E2BIG", "by a file"]),
    (.process, EAGAIN, ["`make`", "EAGAIN", "TasksMax"]),
    (.process, ENOMEM, ["ENOMEM", "memory"]),
    (.directory, EACCES, ["/srv/work", "EACCES"]),
    (.notFound, ENOENT, ["`make`", "/opt/bin"]),
    (.execute, ETXTBSY, ["`make`", "ETXTBSY", "close"]),
    (.queue, 0, ["\(Limits.waitingCommandsMax)"]),
    (.lost, 64, ["64", "same version"]),
    (.input, 0, ["`make`", "\(Limits.standardInputBytesMax)", "by a file"]),
    (.privateDirectory, ENOSPC, ["`make`", "private directory", "ENOSPC"]),
    (.landlock, ENOSYS, ["`make`", "not started", "no Landlock", "5.13"]),
    (.landlock, EOPNOTSUPP, ["switched off", "lsm="]),
    (.landlockRules, E2BIG, ["more than 16384 entries"]),
    (.landlockRules, EIO, ["EIO", "hidden"]),
    (.seccomp, EBUSY, ["listens", "EBUSY", "6.12"]),
    (.seccomp, EINVAL, ["filter system calls", "EINVAL"]),
    (.privileges, EPERM, ["privileges", "EPERM"]),
    (.confinement, EINVAL, ["\(Limits.confinementPathsMax)", "absolute"]),
  ])
  func sentencesNameTheCauseThePlaceAndTheRemedy(stage: LaunchFailure.Stage, code: Int32, parts: [String]) {
    let sentence = LaunchFailure(stage: stage, code: code).sentence(for: place)
    for part in parts { #expect(sentence.contains(part), "“\(sentence)” should name “\(part)”") }
    #expect(sentence.hasSuffix("."))
  }
}
