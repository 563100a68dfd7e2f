internal import CLinux
internal import Glibc

/// The pipes and the socket between flowd and one launcher, before the launcher exists.
struct LauncherChannels: ~Copyable {
  /// Reading ends that do not block, and flowd's end of the control socket.
  let output: FileDescriptor
  let error: FileDescriptor
  let control: FileDescriptor
  let launcherOutput: FileDescriptor
  let launcherError: FileDescriptor
  let launcherControl: FileDescriptor

  init() throws(LaunchFailure) {
    let outputs = try DescriptorPair { clinux_pipe($0) }
    let errors = try DescriptorPair { clinux_pipe($0) }
    let controls = try DescriptorPair {
      socketpair(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue), 0, $0)
    }
    // Of flowd's ends only: the writing ends belong to the command, which expects them to block.
    for raw in [outputs.first.raw, errors.first.raw] { _ = fcntl(raw, F_SETFL, fcntl(raw, F_GETFL) | O_NONBLOCK) }
    output = outputs.first
    launcherOutput = outputs.second
    error = errors.first
    launcherError = errors.second
    control = controls.first
    launcherControl = controls.second
  }
}

/// Two descriptors that one system call makes.
struct DescriptorPair: ~Copyable {
  let first: FileDescriptor
  let second: FileDescriptor

  init(_ make: (UnsafeMutablePointer<Int32>) -> Int32) throws(LaunchFailure) {
    let (result, first, second) = withUnsafeTemporaryAllocation(of: Int32.self, capacity: 2) { ends in
      guard let pointer = ends.baseAddress else { preconditionFailure("two numbers have an address") }
      ends.initialize(repeating: -1)
      return (make(pointer), ends[0], ends[1])
    }
    guard result == 0 else { throw LaunchFailure(stage: .launcher, code: errno) }
    self.first = FileDescriptor(owning: first)
    self.second = FileDescriptor(owning: second)
  }
}
