internal import Glibc

/// The lock that decides which client starts a daemon; released at the end of its life, its file stays.
struct SpawnLock: ~Copyable {
  private let descriptor: FileDescriptor

  init(path: String, socket: SocketPath) throws(ClientError) {
    let number = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard number >= 0 else {
      throw .unreachable(path: socket.path, reason: "cannot open \(path): \(errorText(errno))")
    }
    descriptor = FileDescriptor(number)
  }

  borrowing func tryTake() -> Bool { flock(descriptor.number, LOCK_EX | LOCK_NB) == 0 }
}
