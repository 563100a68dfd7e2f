internal import CLinux
internal import FlowdModel
internal import Glibc

extension LaunchFailure {
  private static let needed =
    "confinement needs Linux 6.12 or later with Landlock (ABI \(FLOWD_LAUNCH_LANDLOCK_ABI_MIN))"

  /// What the kernel lacks, or what is in the way, and what to do about it.
  var unconfinedCause: String {
    switch (stage, code) {
    case (.landlock, EOPNOTSUPP):
      "Landlock is switched off in this kernel (EOPNOTSUPP). Add `landlock` to the kernel's `lsm=` list and restart."
    case (.landlock, ENOSYS):
      "this kernel has no Landlock, or a container forbids it (ENOSYS); \(Self.needed)."
    case (.landlock, _):
      "Landlock failed (\(errorText(code))); \(Self.needed)."
    case (.landlockVersion, _):
      "this kernel's Landlock is too old (ABI \(code)); \(Self.needed)."
    case (.landlockRules, E2BIG):
      "the directories above what is hidden from it have more than \(FLOWD_LAUNCH_RULES_MAX) entries. "
        + "Move what is hidden, or flowd's state directory, out of a directory with so many entries."
    case (.landlockRules, _):
      "what it may read and write could not be determined (\(errorText(code))). "
        + "Check the hidden and writable paths in the configuration."
    case (.seccomp, _):
      "this kernel cannot filter system calls (seccomp: \(errorText(code))), or a container forbids it."
    case (.privileges, _):
      "its privileges could not be given up (\(errorText(code))), which a container may forbid."
    default:
      "its confinement names more than \(Limits.confinementPathsMax) paths or one that is not absolute, "
        + "or flowd has no place for private directories."
    }
  }
}
