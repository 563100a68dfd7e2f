internal import CLinux
internal import FlowdModel
internal import Glibc

extension LaunchFailure {
  /// What the kernel lacks, or what is in the way of a confinement, and what to do about it; `nil` when it is not that.
  var unconfinedCause: String? {
    switch stage {
    case .landlock:
      Self.landlockCause(code)
    case .landlockRules where code == E2BIG:
      "the directories above what is hidden from it have more than \(FLOWD_LAUNCH_RULES_MAX) entries. "
        + "Move what is hidden, or flowd's state directory, out of a directory with so many entries."
    case .landlockRules:
      "what it may read and write could not be determined (\(errorText(code))). "
        + "Check the hidden and writable paths in the configuration."
    case .seccomp where code == EBUSY:
      "something around flowd, such as a container, listens to its system calls already (EBUSY), and this kernel "
        + "allows one listener. Run flowd outside of it, or use Linux 6.12 or later, which needs none."
    case .seccomp:
      "this kernel cannot filter system calls (seccomp: \(errorText(code))), or a container forbids it."
    case .privileges:
      "its privileges could not be given up (\(errorText(code))), which a container may forbid."
    case .confinement:
      "its confinement names more than \(Limits.confinementPathsMax) paths or one that is not absolute, "
        + "or flowd has no place for private directories."
    case .process, .directory, .notFound, .interpreter, .execute, .privateDirectory, .launcher, .text, .queue, .lost,
      .input:
      nil
    }
  }

  private static let needed = "confinement needs Linux 5.13 or later with Landlock"

  private static func landlockCause(_ code: Int32) -> String {
    switch code {
    case EOPNOTSUPP:
      "Landlock is switched off in this kernel (EOPNOTSUPP). Add `landlock` to the kernel's `lsm=` list and restart."
    case ENOSYS: "this kernel has no Landlock, or a container forbids it (ENOSYS); \(needed)."
    default: "Landlock failed (\(errorText(code))); \(needed)."
    }
  }
}
