/// A bump allocator: one message is decoded or encoded in it, then everything is dropped at once.
///
/// Not thread-safe; each thread that codes messages has its own.
final class Arena {
  private static let blockBytes = 16_384

  /// Bytes that may be handed out between two calls of `reset`.
  private(set) var limit: Int
  private var used = 0
  private var first: UnsafeMutableRawPointer
  private var extra: [UnsafeMutableRawPointer] = []
  private var next: UnsafeMutableRawPointer
  private var end: UnsafeMutableRawPointer

  init(limit: Int = .max) {
    self.limit = limit
    first = .allocate(byteCount: Arena.blockBytes, alignment: 16)
    next = first
    end = first + Arena.blockBytes
  }

  deinit {
    first.deallocate()
    for block in extra { block.deallocate() }
  }

  /// Drops everything; the first block stays.
  func reset(limit: Int) {
    self.limit = limit
    used = 0
    next = first
    end = first + Arena.blockBytes
    guard !extra.isEmpty else { return }
    for block in extra { block.deallocate() }
    extra.removeAll()
  }

  /// Zeroed by nobody; aligned to 16. `nil` past the limit.
  func allocate(bytes: Int) -> UnsafeMutableRawPointer? {
    let size = (bytes &+ 15) & ~15
    guard size >= bytes, size <= limit - used else { return nil }
    used += size
    if size > end - next {
      let capacity = max(size, Arena.blockBytes)
      let block = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
      extra.append(block)
      next = block
      end = block + capacity
    }
    let result = next
    next += size
    return result
  }

  /// Room for one value, for encoding: the arena must have no limit.
  func allocate<T>(_: T.Type, count: Int = 1) -> UnsafeMutablePointer<T> {
    guard let memory = allocate(bytes: MemoryLayout<T>.stride * count) else {
      preconditionFailure("an arena for encoding has no limit")
    }
    return memory.bindMemory(to: T.self, capacity: count)
  }

  /// A NUL-terminated copy; a NUL inside becomes U+FFFD, because protobuf-c would end the string there.
  func string(_ text: String) -> UnsafeMutablePointer<CChar> {
    var text = text.utf8.contains(0) ? text.replacing("\0", with: "\u{FFFD}") : text
    return text.withUTF8 { utf8 in
      let copy = allocate(CChar.self, count: utf8.count + 1)
      if let source = utf8.baseAddress {
        UnsafeMutableRawPointer(copy).copyMemory(from: source, byteCount: utf8.count)
      }
      copy[utf8.count] = 0
      return copy
    }
  }
}
